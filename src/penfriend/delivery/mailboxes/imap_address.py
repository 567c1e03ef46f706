"""The address of an IMAP mailbox: `imaps://user:password@host:port/Folder?after=delete`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from penfriend.domain.errors import SettingError

EXAMPLE = "imaps://bounces:PASSWORD@mail.acornandoak.example/INBOX"


class After(StrEnum):
    """What happens to a mail that was taken."""

    SEEN = "seen"
    DELETE = "delete"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """Where to fetch mail, and how."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: str = "implicit"
    """`implicit` (imaps:), `starttls` (imap:), or `none` on this machine alone."""
    after: After = After.SEEN
    target: str = ""
    """The folder that taken mails are moved to."""

    @property
    def shown(self) -> str:
        """For people: without user and password."""
        scheme = "imaps" if self.tls == "implicit" else "imap"
        return f"{scheme}://{self.host}:{self.port}/{self.folder}"


def parse_imap_address(text: str) -> ImapAddress:
    """The address. Raises SettingError, which never repeats what may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SettingError(f"this is no address of an IMAP mailbox; write {EXAMPLE}") from None
    host = parts.hostname or ""
    if parts.scheme not in ("imap", "imaps") or not host:
        raise SettingError(f"this is no address of an IMAP mailbox; write {EXAMPLE}")
    if not parts.username or not parts.password:
        raise SettingError(f"imap {host}: user and password are missing; write {EXAMPLE}")
    options = _options(parts, host)
    after, _, target = options.get("after", "seen").partition(":")
    if after not in set(After) or (after == After.MOVE) is not bool(target):
        raise SettingError(f'imap {host}: after="{options["after"]}" is not seen, delete or move:FOLDER')
    return ImapAddress(
        host=host,
        port=port or (993 if parts.scheme == "imaps" else 143),
        user=unquote(parts.username),
        password=unquote(parts.password),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls=_tls(parts, host, options),
        after=After(after),
        target=target,
    )


def _options(parts: SplitResult, host: str) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in ("after", "tls"):
            raise SettingError(f'imap {host}: there is no option "{name}"; there are after and tls')
    return options


def _tls(parts: SplitResult, host: str, options: dict[str, str]) -> str:
    if parts.scheme == "imaps":
        if "tls" in options:
            raise SettingError(f"imap {host}: imaps: has TLS from the first byte on; tls= goes with imap:")
        return "implicit"
    wanted = options.get("tls", "starttls")
    if wanted not in ("starttls", "none"):
        raise SettingError(f'imap {host}: tls="{wanted}" is not starttls or none')
    if wanted == "none" and not _is_here(host):
        raise SettingError(f"imap {host}: tls=none would show the password to everybody on the way")
    return wanted


def _is_here(host: str) -> bool:
    """Whether it is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
