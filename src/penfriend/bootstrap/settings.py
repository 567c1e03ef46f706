"""The environment: what an operator sets, with defaults (INTERFACE.md, Environment)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from penfriend.accounts.openid import Client, is_safe
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.domain.errors import SettingError
from penfriend.domain.problems import did_you_mean

PREFIX = "PENFRIEND_"
DEFAULTS: dict[str, tuple[str, str]] = {
    "PENFRIEND_DATABASE_URL": (
        "sqlite:///penfriend.db",
        "the store: a SQLite file, or postgresql://user@host/db",
    ),
    "PENFRIEND_TRANSPORT": (
        "smtp://127.0.0.1:1025",
        "how mail leaves: smtp://, smtps://, file:, memory:, anymail+PROVIDER://",
    ),
    "PENFRIEND_PUBLIC_URL": ("http://127.0.0.1:8400", "where links in mails point"),
    "PENFRIEND_LISTEN": ("127.0.0.1:8400", "address and port of the web side"),
    "PENFRIEND_SECRET_KEY": ("", "signs links; several, comma separated: the first signs, all verify"),
    "PENFRIEND_CONFIG": ("campaigns.yaml", "the campaign file; templates/ lies beside it"),
    "PENFRIEND_BOUNCES": (
        "",
        "where `run` fetches what comes back: imaps://user:password@host/Folder, a Maildir",
    ),
    "PENFRIEND_OIDC_ISSUER": ("", "the OpenID Connect provider by which users of the dashboard may sign in"),
    "PENFRIEND_OIDC_CLIENT_ID": ("", "what the dashboard is called there"),
    "PENFRIEND_OIDC_CLIENT_SECRET": ("", "its secret there"),
    "PENFRIEND_LOG": ("text", "text, or json: one object a line"),
}
"""Every variable with its default and its meaning."""

DEFAULTS.update(
    {
        one.webhook: ("", f"webhooks of {one.title}: {one.reports_by}")
        for one in PROVIDERS.values()
        if one.reports_by
    }
)

SHOPS = {"shopify": "Shopify: the app's client secret", "woocommerce": "WooCommerce: the webhook's secret"}
"""The shop systems whose webhooks can be taken, and what those are checked by."""

DEFAULTS.update(
    {f"{PREFIX}WEBHOOK_{name.upper()}": ("", f"webhooks of {text}") for name, text in SHOPS.items()}
)

SHORTEST_SECRET = 16
FROM_FILE = "_FILE"
"""Behind the name of a variable: the value stands in that file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process."""

    database_url: str
    transport: str
    public_url: str
    host: str
    port: int
    config: Path
    log: str
    bounces: str
    secret_key: str
    webhooks: Mapping[str, str]
    """By provider, as far as they are set."""
    shops: Mapping[str, str]
    """By shop system, likewise."""
    oidc: Client | None
    """What the dashboard is to the provider by which its users may sign in; None without one."""
    environment: Mapping[str, str]
    """What `${NAME}` in the campaign files can take, defaults of ours included."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """The settings that an environment gives. Raises SettingError in one line."""
        environment = with_files(environment)
        values = {name: environment.get(name) or default for name, (default, _) in DEFAULTS.items()}
        host, port = _listen(values["PENFRIEND_LISTEN"])
        if values["PENFRIEND_LOG"] not in ("text", "json"):
            raise SettingError(
                f'PENFRIEND_LOG: "{values["PENFRIEND_LOG"]}" is not known. It is text or json.'
            )
        url = values["PENFRIEND_PUBLIC_URL"].rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise SettingError(
                f'PENFRIEND_PUBLIC_URL: "{url}" is no web address, e.g. https://mail.shop.example'
            )
        return cls(
            database_url=values["PENFRIEND_DATABASE_URL"],
            transport=values["PENFRIEND_TRANSPORT"],
            public_url=url,
            host=host,
            port=port,
            config=Path(values["PENFRIEND_CONFIG"]),
            log=values["PENFRIEND_LOG"],
            bounces=values["PENFRIEND_BOUNCES"],
            secret_key=values["PENFRIEND_SECRET_KEY"],
            webhooks={one.name: secret for one in PROVIDERS.values() if (secret := values.get(one.webhook))},
            shops={one: secret for one in SHOPS if (secret := values[f"{PREFIX}WEBHOOK_{one.upper()}"])},
            oidc=_oidc(values),
            environment={**environment, "PENFRIEND_PUBLIC_URL": url},
        )

    @property
    def mistyped(self) -> tuple[str, ...]:
        """What is said of each variable whose name is nearly one of ours; others may be the campaign
        files' own."""
        known = [name.removeprefix(PREFIX) for name in DEFAULTS]
        strange = sorted(name for name in self.environment if name.startswith(PREFIX))
        guesses = {name: did_you_mean(name.removeprefix(PREFIX), known) for name in strange}
        return tuple(
            f"{name} is not known." + guess.replace('"', f'"{PREFIX}', 1)
            for name, guess in guesses.items()
            if guess and name not in DEFAULTS
        )

    @property
    def home(self) -> Path:
        """The folder of the campaign file; `.penfriend/` lies in it."""
        return self.config.parent

    def keys(self) -> tuple[bytes, ...]:
        """The keys that sign tokens: from the environment, else from `.penfriend/secret`, made there on first
        run with mode 0600."""
        if self.secret_key:
            keys = tuple(part.strip().encode() for part in self.secret_key.split(",") if part.strip())
            if any(len(key) < SHORTEST_SECRET for key in keys):
                raise SettingError(
                    f"PENFRIEND_SECRET_KEY: a key is shorter than {SHORTEST_SECRET} characters"
                )
            return keys
        return (_kept_secret(self.home / ".penfriend" / "secret"),)


def with_files(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment with what stands in files: a variable of ours with FROM_FILE behind its name holds the
    path of a file with the value. Raises SettingError."""
    found = dict(environment)
    for name in DEFAULTS:
        path = found.pop(name + FROM_FILE, "")
        if not path:
            continue
        if environment.get(name):
            raise SettingError(f"{name} and {name}{FROM_FILE} are both set; keep one of them")
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no text in UTF-8"
            raise SettingError(f"{name}{FROM_FILE}: {path} cannot be read ({reason})") from None
        if not found[name]:  # not filled in: the default would be another store, another relay
            raise SettingError(f"{name}{FROM_FILE}: {path} is empty; write the value into it")
    return found


def _oidc(values: Mapping[str, str]) -> Client | None:
    issuer, client_id, secret = (
        values[f"PENFRIEND_OIDC_{name}"] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    )
    if not issuer:
        return None
    if not is_safe(issuer):
        raise SettingError(
            f'PENFRIEND_OIDC_ISSUER: "{issuer}" is no https address, e.g. https://login.shop.example'
        )
    if not client_id:
        raise SettingError("PENFRIEND_OIDC_CLIENT_ID: it is needed beside PENFRIEND_OIDC_ISSUER")
    return Client(issuer, client_id, secret)


def _listen(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise SettingError(f'PENFRIEND_LISTEN: "{value}" is not an address and a port, e.g. 127.0.0.1:8400')
    return host.strip("[]"), int(port)


def _kept_secret(path: Path) -> bytes:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        kept = path.read_bytes().strip()
    except OSError as error:
        raise SettingError(
            f"{path}: the secret cannot be kept there ({error.strerror}); set PENFRIEND_SECRET_KEY"
        ) from error
    if len(kept) < SHORTEST_SECRET:
        raise SettingError(
            f"{path}: shorter than {SHORTEST_SECRET} characters; remove the file to get a new secret"
        )
    return kept


def _make_secret(path: Path) -> None:
    """Under its name only when it is whole: a full disk leaves no empty secret behind, and of two processes
    that start at once the second takes the first one's."""
    import secrets  # once in the life of a folder

    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_urlsafe(32).encode() + b"\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
