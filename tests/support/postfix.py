"""A real Postfix on loopback, in a folder of its own: it receives for `people.example` and relays the rest of
what it is told to. Nothing of the machine's own mail system is touched.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.support.smtp_sink import free_port, wait_until_it_listens

POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
STOP_SECONDS = 20.0
RELAYED = "relayed.example"
"""The domain whose mail it hands on."""
PEOPLE = ("ann", "bob", "grey")
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.people.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
virtual_mailbox_domains = people.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
virtual_minimum_uid = 1
transport_maps = inline:{{ {{ {relayed} = smtp:[127.0.0.1]:{next_port} }} }}
smtp_host_lookup = native
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/chain.pem
message_size_limit = 20000
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 5
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{grey@people.example = 450 4.2.0 Greylisted, come again}} }},
    permit_mynetworks, reject
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    port: int
    folder: Path
    authority_file: Path
    """For a client that shall trust its certificate, which is for 127.0.0.1 and localhost."""

    def box(self, name: str) -> list[bytes]:
        """The mails in somebody's box, as they were delivered."""
        return [path.read_bytes() for path in sorted((self.folder / "mail" / name / "new").glob("*"))]

    def log(self) -> str:
        """What it has to say."""
        return (self.folder / "log").read_text(encoding="utf-8")


@contextmanager
def postfix(next_port: int) -> Iterator[Postfix]:
    """Start one that hands the mail of RELAYED to NEXT_PORT of this machine. Skips where there is none, or no
    right to start it."""
    if POSTFIX is None or os.geteuid() != 0:
        pytest.skip("Postfix is not installed, or this is not root, who alone can start it")
    # not under pytest's folder: Postfix's own user must come in from above
    with tempfile.TemporaryDirectory(prefix="postfix-") as made:
        folder = Path(made)
        port = _furnish(folder, next_port)
        command = [POSTFIX, "-c", str(folder / "conf"), "start-fg"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as master:
            try:
                wait_until_it_listens(port, master)
                yield Postfix(port, folder, folder / "authority.pem")
            finally:
                master.terminate()
                master.wait(STOP_SECONDS)


def _furnish(folder: Path, next_port: int) -> int:
    folder.chmod(0o755)
    for name in ("conf", "queue", "data", "mail"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody")
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(folder / "chain.pem")
    )
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    port = free_port()
    values = {
        "folder": folder,
        "boxes": ", ".join(f"{name}@people.example={name}/" for name in PEOPLE),
        "nobody": pwd.getpwnam("nobody").pw_uid,
        "relayed": RELAYED,
        "next_port": next_port,
    }
    (folder / "conf" / "main.cf").write_text(MAIN.format_map(values), encoding="utf-8")
    (folder / "conf" / "master.cf").write_text(MASTER.format(port=port), encoding="utf-8")
    return port
