"""A shop for `penfriend doctor` to look at, with a name server of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from penfriend.domain.checkup import AREAS
from tests.support.commands import run_here
from tests.support.dkim import pem, record, rsa_key
from tests.support.dns_server import DnsServer
from tests.support.houses import write_shop

SHOP = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
dkim: {domain: acorn.example, selector: s1, key: s1.pem}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}]}
"""
SECRET = "a secret for the tests"


@dataclass
class Clinic:
    """A folder with campaign files, and the environment of the command."""

    folder: Path
    dns: DnsServer
    environment: dict[str, str] = field(default_factory=dict)

    def look(self, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """Exit status, and the findings by subject."""
        options = ("doctor", "--json", "--resolver", self.dns.place, *arguments)
        done = run_here(options, self.folder, self.environment)
        assert done.stderr == ""
        document = json.loads(done.stdout)
        assert document["right"] is (done.returncode == 0)
        found = {one["subject"]: one for one in document["findings"]}
        assert len(found) == len(document["findings"])
        assert {one["area"] for one in found.values()} <= AREAS.keys()
        return done.returncode, found

    def level(self, subject: str) -> str:
        """How bad one thing is."""
        level: str = self.look()[1][subject]["level"]
        return level

    def found(self, subject: str) -> tuple[str, str]:
        """How bad it is, and what was found."""
        one = self.look()[1][subject]
        return one["level"], one["found"]


@pytest.fixture
def clinic(tmp_path: Path, dns_server: DnsServer) -> Clinic:
    """A shop whose mail goes nowhere yet."""
    write_shop(tmp_path, SHOP)
    key = tmp_path / "s1.pem"
    key.write_text(pem(rsa_key()))
    key.chmod(0o600)
    environment = {"PENFRIEND_SECRET_KEY": SECRET, "PENFRIEND_TRANSPORT": "memory:"}
    return Clinic(tmp_path, dns_server, environment)


def publish_all(dns: DnsServer) -> None:
    """What the shop should publish."""
    dns.add("mail.acorn.example", "TXT", "v=spf1 ip4:192.0.2.0/24 ~all")
    dns.add("mail.acorn.example", "MX", "10 mx.acorn.example.")
    dns.add("mx.acorn.example", "A", "192.0.2.1")
    dns.add("s1._domainkey.acorn.example", "TXT", record(rsa_key()))
    dns.add("_dmarc.acorn.example", "TXT", "v=DMARC1; p=quarantine; rua=mailto:dmarc@acorn.example")
