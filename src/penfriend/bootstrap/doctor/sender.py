"""Who writes, as receivers see it in the DNS: every brand's address and its return path."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr

from penfriend.bootstrap.settings import Settings
from penfriend.delivery.dkim_keys import KeyUnusable, public_half, read_pem
from penfriend.delivery.settings import SmtpSettings
from penfriend.delivery.url import parse_transport_url
from penfriend.domain.checkup import Finding
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.dkim import Dkim, signs_for
from penfriend.domain.dkim_record import PublicHalf
from penfriend.domain.errors import SettingError
from penfriend.domain.names import Names
from penfriend.domain.sender_checks import (
    check_alignment,
    check_dkim,
    check_dmarc,
    check_return_path,
    check_spf,
)


def check_senders(settings: Settings, definitions: Definitions, names: Names) -> Iterator[Finding]:
    """SPF and MX of each return path, DKIM of each key, DMARC and alignment of each From: a domain once."""
    brands = [brand for brand in (definitions.brand, *definitions.brands.values()) if _domain(brand.sender)]
    senders = {_domain(brand.sender): brand for brand in reversed(brands)}
    paths = dict.fromkeys(_domain(return_path_of(brand)) for brand in brands)
    for path in paths:
        yield check_spf(path, names, _proposal(settings))
        yield check_return_path(path, names)
    for dkim in definitions.dkim:
        yield check_dkim(dkim, _half(dkim, settings), names)
    for sender, brand in reversed(senders.items()):
        signers = [dkim.domain for dkim in signs_for(definitions.dkim, sender)]
        path = _domain(return_path_of(brand))
        yield check_dmarc(sender, names, parseaddr(brand.sender)[1], (*signers, path))
        yield check_alignment(sender, path, signers, names)


def return_path_of(brand: Brand) -> str:
    """The address that bounces of a brand's mail go to."""
    return brand.return_path or brand.sender


def _domain(mailbox: str) -> str:
    """The domain of an address, as the DNS has it; empty where there is none."""
    domain = parseaddr(mailbox)[1].rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.lower()


def _half(dkim: Dkim, settings: Settings) -> PublicHalf | str:
    try:
        return public_half(read_pem(dkim, settings.home))
    except KeyUnusable as error:
        return str(error)


def _proposal(settings: Settings) -> str:
    """An SPF record that lets the relay send."""
    try:
        carrier = parse_transport_url(settings.transport).carrier
    except SettingError:
        carrier = None
    host = carrier.host if isinstance(carrier, SmtpSettings) else ""
    if "." not in host or host.replace(".", "").isdigit() or ":" in host:
        return "v=spf1 ip4:THE.ADDRESS.THAT.SENDS ~all"
    return f"v=spf1 a:{host} ~all"
