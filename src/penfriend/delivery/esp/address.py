"""Reads the address of a provider's account: `anymail+postmark://?server_token=...&rate=50/s`. Pure.

Beside what an account needs (`penfriend.delivery.esp.providers`) an address may have `connections=10`,
`rate=50/s`, `timeout=30` (seconds: to connect, and again between two pieces of the answer) and `api_url=`,
for a region of the provider, a proxy or a test. A value has `&` as %26, `#` as %23 and `%` as %25; a `+` is a
plus. No value is ever part of a message, also not a piece of one that was left unescaped.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl

from penfriend.delivery.esp.providers import PROVIDERS, SCHEME, Provider
from penfriend.delivery.settings import EspSettings, TransportSettings
from penfriend.delivery.url import connections_in, rate_in, seconds_in
from penfriend.domain.errors import SettingError
from penfriend.domain.problems import did_you_mean

COMMON = ("api_url", "connections", "rate", "timeout")
"""What every provider's address may have."""
LONGEST_TIMEOUT = 120.0
"""Seconds. Three requests with one key, each given twice that, take less than a mail's lease."""
USUAL_TIMEOUT = 30.0

_API_URL = re.compile(r"https?://[\w.\[\]:-]+(?::\d{1,5})?(?:/[\w./{}-]*)?", re.ASCII)
_PLAIN = re.compile(r"[\x21-\x7e]{1,4096}")


def read_esp_address(parts: SplitResult) -> TransportSettings:
    """The settings that an address stands for. Raises SettingError with one sentence."""
    provider = PROVIDERS.get(parts.scheme.removeprefix(SCHEME))
    if provider is None:
        name = parts.scheme.removeprefix(SCHEME)
        raise SettingError(
            f"the provider {name[:40]} is not known; {SCHEME} is followed by one of "
            f"{', '.join(PROVIDERS)}.{did_you_mean(name, tuple(PROVIDERS))}"
        )
    if parts.netloc or parts.path not in ("", "/") or parts.fragment:
        raise SettingError(
            f"{provider.scheme}:// is followed by ?options alone: {_example(provider)}; "
            "in a value write # as %23 and & as %26"
        )
    options = _options(parts, provider)
    timeout = seconds_in("timeout", options) or USUAL_TIMEOUT
    if timeout > LONGEST_TIMEOUT:
        raise SettingError(f"timeout= is more than {LONGEST_TIMEOUT:.0f} seconds; write timeout=30")
    connections, rate = connections_in(options), rate_in(options)
    account = {
        name: value for name, value in options.items() if name not in ("connections", "rate", "timeout")
    }
    return TransportSettings(EspSettings(provider.name, account, connections, timeout), rate)


def _options(parts: SplitResult, provider: Provider) -> dict[str, str]:
    known = tuple(dict.fromkeys((*provider.options, *COMMON)))
    options: dict[str, str] = {}
    # a plus is a plus: keys in base64 have them, and nobody writes a space into a key
    for name, value in parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True):
        if name not in known:
            # not quoted: behind an & in a key comes the rest of the key
            raise SettingError(
                f"{provider.scheme}: has an option that it does not know; it knows {', '.join(known)} "
                f"(in a value write & as %26).{did_you_mean(name, known)}"
            )
        if name in options:
            raise SettingError(f"the option {name} stands twice; write it once")
        if not _PLAIN.fullmatch(value):
            raise SettingError(f"the option {name} is empty, or has spaces or letters outside ASCII")
        options[name] = value
    missing = [name for name in provider.needs if name not in options]
    if missing:
        raise SettingError(f"{provider.title} needs {' and '.join(missing)}; write {_example(provider)}")
    if "api_url" in options and not _API_URL.fullmatch(options["api_url"]):
        raise SettingError("api_url= is not a web address; write api_url=https://api.provider.example/")
    if ("access_key_id" in options) != ("secret_access_key" in options):
        raise SettingError(
            "access_key_id and secret_access_key go together; without both, boto3 looks for them in the "
            "environment and in its own files"
        )
    return options


def _example(provider: Provider) -> str:
    shown = provider.needs or ("region",)
    return f"{provider.scheme}://?{'&'.join(f'{name}=...' for name in shown)}"
