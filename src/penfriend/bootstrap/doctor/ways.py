"""Each way out: whether it takes mail from us. Nothing is sent."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Iterator

from penfriend.bootstrap.settings import Settings
from penfriend.delivery.public_addresses import is_public
from penfriend.delivery.settings import FileSettings, MemorySettings, SmtpSettings, Tls
from penfriend.delivery.smtp_probe import Probed, probe
from penfriend.delivery.url import parse_transport_url
from penfriend.domain.checkup import Finding, Level
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Stage
from penfriend.domain.errors import SettingError
from penfriend.domain.names import Names
from penfriend.domain.outbox import DEFAULT_ROUTE, addresses
from penfriend.domain.sender_checks import check_reverse

FEW_DAYS = 14
"""A certificate that ends sooner should have been renewed by now."""
DAY_SECONDS = 86_400
_NOT_TRIED: dict[type, tuple[str, str]] = {
    MemorySettings: (
        "memory: keeps mail in the process and sends none",
        "Give it an address that sends, such as smtp://.",
    )
}
_UNKNOWN = ("it is first tried with a mail", "See in `penfriend status` whether its first mail has left.")


def check_ways(settings: Settings, definitions: Definitions, names: Names) -> Iterator[Finding]:
    """The transport of the settings, then those of the campaign files by name."""
    found_at: dict[str, None] = {}
    for name, url in addresses(definitions, settings.transport).items():
        subject = f"Transport {name}"
        try:
            carrier = parse_transport_url(url).carrier
        except SettingError as error:
            advice = f"Correct {'PENFRIEND_TRANSPORT' if name == DEFAULT_ROUTE else 'it in `transports`'}."
            yield Finding("transport", subject, Level.FAIL, str(error), advice)
            continue
        match carrier:
            case SmtpSettings():
                probed = probe(carrier)
                found_at |= dict.fromkeys(probed.addresses)
                yield _of_session(subject, carrier, probed)
                if probed.tls is not None:
                    yield _of_certificate(f"TLS of transport {name}", carrier, probed)
            case FileSettings():
                yield _of_folder(subject, carrier)
            case _:
                found, advice = _NOT_TRIED.get(type(carrier), _UNKNOWN)
                yield Finding("transport", subject, Level.WARN, found, advice)
    for address in found_at:
        if _is_public(address):
            yield check_reverse(address, names)


def _of_folder(subject: str, carrier: FileSettings) -> Finding:
    folder = carrier.folder
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return Finding("transport", subject, Level.OK, f"the folder {folder} can be written; nothing is sent")
    return Finding("transport", subject, Level.FAIL, f"{nearest} cannot be written", "Give us the right to.")


def _of_session(subject: str, carrier: SmtpSettings, probed: Probed) -> Finding:
    if probed.failure is not None:
        found = f"{carrier.place}, at {probed.failure.stage}: {probed.failure.text}"
        return Finding(
            "transport", subject, Level.FAIL, found, _advice(carrier, probed, probed.failure.stage)
        )
    how = f"under {probed.tls}" if probed.tls else "in clear"
    login = ", takes our login" if probed.login else ", asks for no login"
    found = f"{carrier.place} ({probed.server}) greets and talks {how}{login}"
    if probed.tls or carrier.tls is Tls.NONE or _is_here(probed):
        return Finding("transport", subject, Level.OK, found)
    advice = "It offers no STARTTLS. Where the way there is not your own, take a relay that does."
    return Finding("transport", subject, Level.WARN, found, advice)


def _advice(carrier: SmtpSettings, probed: Probed, stage: Stage) -> str:
    match stage:
        case Stage.AUTH if probed.tls is None and carrier.tls is not Tls.NONE:
            return "Take a relay that offers STARTTLS, or, where the way there is your own, add `tls=none`."
        case Stage.CONNECT:
            return "Correct host and port in its address, start the relay, or open the firewall."
        case Stage.STARTTLS:
            return "Correct the certificate there, or `tls` and `verify` in its address."
        case Stage.AUTH:
            return "Correct user and password in its address."
        case _:
            return "Ask whoever runs that server; its words stand above."


def _is_here(probed: Probed) -> bool:
    return not any(map(_is_public, probed.addresses))


def _is_public(address: str) -> bool:
    return is_public(ipaddress.ip_address(address.partition("%")[0]))


def _of_certificate(subject: str, carrier: SmtpSettings, probed: Probed) -> Finding:
    if probed.certificate_fault is not None:
        found = f"its certificate is not valid ({probed.certificate_fault}), and used all the same"
        advice = "Once it has a good one, verify=yes in the address keeps others from posing as it."
        return Finding("transport", subject, Level.WARN, found, advice)
    days = int(((probed.certificate_ends or 0.0) - time.time()) // DAY_SECONDS)
    found = f"its certificate is valid for {days} more days"
    if days < FEW_DAYS:
        return Finding("transport", subject, Level.WARN, found, "See why it was not renewed yet.")
    if not carrier.verify:
        return Finding("transport", subject, Level.OK, f"{found}; verify=yes would ask for that")
    return Finding("transport", subject, Level.OK, found)
