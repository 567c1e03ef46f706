"""Reads a transport's address, such as `smtp://user:secret@mail.example:587?tls=require&rate=50/s`.

| address | carries mail to |
|---|---|
| `smtp://[user:password@]host[:port]` | an SMTP server; port 25, with a user 587 |
| `smtps://[user:password@]host[:port]` | the same with TLS from the first byte; port 465 |
| `file:///var/outbox`, `file:outbox` | a folder, one .eml file per mail |
| `memory:` | nobody; for tests and simulation |
| `anymail+PROVIDER://?options` | a mail provider's API (`penfriend.delivery.esp.address`) |
| `SCHEME:` | what a package plugs in under that scheme (`penfriend.delivery.plug_ins`) |

Options after `?`: `rate=50/s` (also `/m`, `/h`) for every scheme; for SMTP also
`tls=offer|require|implicit|none` (default `offer`), `verify=yes|no` (default `yes` with `require` and
`implicit`; authorities of your own: the environment's SSL_CERT_FILE), `connections=10`, `helo=NAME`,
`timeout=SECONDS` (each wait before the dot) and `dot_timeout=SECONDS` (the wait after it, 600).

A password is never part of a message, also not a piece of one that was left unescaped.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from penfriend.delivery.settings import (
    FileSettings,
    MemorySettings,
    PlugInSettings,
    SmtpSettings,
    Timeouts,
    Tls,
    TransportSettings,
)
from penfriend.domain.errors import SettingError
from penfriend.domain.problems import did_you_mean

SCHEMES = ("smtp", "smtps", "file", "memory")
SMTP_OPTIONS = ("tls", "verify", "connections", "helo", "timeout", "dot_timeout", "rate")
PLAIN_OPTIONS = ("rate",)
MOST_CONNECTIONS = 1000
LONGEST_TIMEOUT = 3600.0
SECONDS = {"s": 1, "m": 60, "h": 3600}

_NO_HOST = "there is no host; write smtp://host:port"
_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)/([smh])")
_HOST = re.compile(r"[\w:%-][\w.:%-]{0,252}")
_HELO = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


def parse_transport_url(url: str) -> TransportSettings:
    """The settings that `url` stands for.

    Raises SettingError with one sentence where a scheme, an option or a value is not known.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        raise SettingError(
            "the address cannot be read; it looks like smtp://user:password@host:587"
        ) from None
    if parts.scheme not in SCHEMES:
        return _of_others(parts)
    if parts.scheme in ("smtp", "smtps"):
        return _smtp(parts)
    options = _options(parts, PLAIN_OPTIONS)
    rate = rate_in(options)
    if parts.scheme == "file":
        return TransportSettings(FileSettings(_folder(parts)), rate)
    if parts.netloc or parts.path:
        raise SettingError("memory: takes nothing but options; write memory: or memory:?rate=50/s")
    return TransportSettings(MemorySettings(), rate)


def rate_of(url: str) -> float | None:
    """How many mails a second `url` allows over all workers, or None for no limit. Raises SettingError as
    parse_transport_url does.
    """
    return parse_transport_url(url).rate


def _of_others(parts: SplitResult) -> TransportSettings:
    """A provider's API, or what a package plugs in; their readers are imported for them alone."""
    if parts.scheme.startswith("anymail+"):
        from penfriend.delivery.esp.address import read_esp_address

        return read_esp_address(parts)
    from penfriend.delivery.plug_ins import plugged_in

    if parts.scheme and plugged_in(parts.scheme) is not None:
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        return TransportSettings(PlugInSettings(parts.scheme), rate_in(options))
    raise SettingError(_unknown_scheme(parts))


def _unknown_scheme(parts: SplitResult) -> str:
    # what stands before the first colon can be a user's name or a host, never a password
    known = "smtp://, smtps://, file:, memory: or anymail+PROVIDER://"
    if not parts.scheme:
        return f"the address begins with no scheme; write {known}"
    return f"the scheme {parts.scheme}: is not known; write {known}.{did_you_mean(parts.scheme, SCHEMES)}"


def _smtp(parts: SplitResult) -> TransportSettings:
    if not parts.netloc:
        raise SettingError(_NO_HOST)
    behind = (parts.path, parts.query, parts.fragment)
    if any("@" in part for part in behind) or parts.fragment or parts.path not in ("", "/"):
        raise SettingError(
            "only ?options may follow the host and port; "
            "in a user or password write / as %2F, ? as %3F, # as %23, @ as %40, : as %3A"
        )
    options = _options(parts, SMTP_OPTIONS)
    tls = _tls(parts.scheme, options)
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "")
    if password and user is None:
        raise SettingError("there is a password without a user; write smtp://user:password@host")
    return TransportSettings(
        SmtpSettings(
            host=_host(parts),
            port=_port(parts) or (465 if tls is Tls.IMPLICIT else 587 if user else 25),
            user=user,
            password=password,
            tls=tls,
            verify=_verify(tls, options),
            connections=connections_in(options),
            helo=_helo(options),
            timeouts=_timeouts(options),
        ),
        rate_in(options),
    )


def _options(parts: SplitResult, known: tuple[str, ...]) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            raise SettingError(
                f"{parts.scheme}: has no option {name[:40]!r}; "
                f"it knows {', '.join(known)}.{did_you_mean(name, known)}"
            )
        if name in options:
            raise SettingError(f"the option {name} stands twice; write it once")
        options[name] = value
    return options


def _host(parts: SplitResult) -> str:
    if not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise SettingError(_NO_HOST)
    return parts.hostname


def _port(parts: SplitResult) -> int | None:
    # urlsplit's own complaint would quote what stands there, and that may be half a password
    wrong = SettingError(
        "the port is not a number from 1 to 65535; write smtp://host:587 (a : in a password is %3A)"
    )
    try:
        port = parts.port
    except ValueError:
        raise wrong from None
    if port == 0:
        raise wrong
    return port


def _tls(scheme: str, options: dict[str, str]) -> Tls:
    if scheme == "smtps":
        if options.get("tls", Tls.IMPLICIT) != Tls.IMPLICIT:
            raise SettingError("smtps:// is TLS from the first byte; for another tls= write smtp://")
        return Tls.IMPLICIT
    text = options.get("tls", Tls.OFFER)
    if text not in list(Tls):
        raise SettingError(
            f"tls={text[:40]} is not known; write {_either(list(Tls))}.{did_you_mean(text, list(Tls))}"
        )
    return Tls(text)


def _verify(tls: Tls, options: dict[str, str]) -> bool:
    default = "yes" if tls in (Tls.REQUIRE, Tls.IMPLICIT) else "no"
    text = options.get("verify", default)
    if text not in ("yes", "no"):
        raise SettingError(f"verify={text[:40]} is not known; write verify=yes or verify=no")
    return text == "yes"


def connections_in(options: dict[str, str]) -> int:
    """The option `connections`, or 10. Raises SettingError."""
    text = options.get("connections", "10")
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_CONNECTIONS:
        raise SettingError(
            f"connections={text[:40]} is not a number from 1 to {MOST_CONNECTIONS}; write connections=8"
        )
    return int(text)


def _helo(options: dict[str, str]) -> str | None:
    text = options.get("helo")
    if text is not None and not _HELO.fullmatch(text):
        raise SettingError("helo= is not a host name; write helo=mail.shop.example")
    return text


def _timeouts(options: dict[str, str]) -> Timeouts:
    usual = Timeouts()
    each = seconds_in("timeout", options)
    dot = seconds_in("dot_timeout", options) or usual.dot
    if each is None:
        return Timeouts(dot=dot)
    return Timeouts(connect=each, greeting=each, command=each, data=each, block=each, dot=dot)


def seconds_in(name: str, options: dict[str, str]) -> float | None:
    """The option of that name as seconds, or None. Raises SettingError."""
    text = options.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or not 0 < float(text) <= LONGEST_TIMEOUT:
        raise SettingError(
            f"{name}={text[:40]} is not a number of seconds up to {LONGEST_TIMEOUT:.0f}; write {name}=30"
        )
    return float(text)


def rate_in(options: dict[str, str]) -> float | None:
    """The option `rate` as mails a second, or None. Raises SettingError."""
    text = options.get("rate")
    if text is None:
        return None
    match = _RATE.fullmatch(text)
    if match is None or float(match[1]) == 0:
        raise SettingError(f"rate={text[:40]} is not a rate; write rate=50/s, rate=600/m or rate=5000/h")
    return float(match[1]) / SECONDS[match[2]]


def _folder(parts: SplitResult) -> Path:
    if parts.netloc not in ("", "localhost"):
        raise SettingError(
            "file:// is followed by a host; write file:///var/outbox, or file:outbox for a folder here"
        )
    if not parts.path or "\x00" in unquote(parts.path):
        raise SettingError(
            "file: names no folder; write file:///var/outbox, or file:outbox for a folder here"
        )
    return Path(unquote(parts.path))


def _either(words: list[str] | list[Tls]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
