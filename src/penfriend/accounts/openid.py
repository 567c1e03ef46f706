"""OpenID Connect (Core 1.0): who somebody is, by the word of the company's own provider.

The authorization code flow with PKCE (RFC 7636), state and nonce; the provider's addresses and keys by
discovery. Of what it says only a verified e-mail and the subject are used. authlib is in the extra
`penfriend[oidc]`.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from penfriend.domain.errors import SettingError
from penfriend.domain.timing import MINUTE, SECOND, Moment

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

LASTS = 10 * MINUTE
"""So long may it take to sign in at the provider."""
TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 60
"""So much may the clocks of both be apart."""
KEPT_SECONDS = 3600.0
"""So long are the provider's addresses and keys used before they are asked for again."""
ASKED_AGAIN_SECONDS = 60.0
"""A key that is not known is asked for this often at most: anybody can write a token with one."""
RESTS_SECONDS = 5.0
"""A provider that did not answer is left alone for so long, lest everybody who clicks waits for it."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair; none that the shared secret could make, and not `none`."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OpenIdRefused(Exception):
    """The provider did not say, or not so that it can be believed, who it is; the message says why, and
    nothing of what was said."""


@dataclass(frozen=True, slots=True)
class Client:
    """What we are to the provider."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is there."""

    subject: str
    email: str
    """In lower case; the provider has verified it."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way."""

    url: str
    """Where the browser goes."""
    kept: str
    """What must come back with it: sealed by the caller, and tied to the browser."""


class Provider:
    """The provider of a house. Used by many threads."""

    def __init__(self, client: Client, redirect_uri: str) -> None:
        self._client, self._redirect_uri = client, redirect_uri
        self._guard = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._rests_until = 0.0

    def begin(self, now: Moment, elapsed: float, next_path: str) -> Begun:
        """Where to send the browser. Raises OpenIdRefused where the provider cannot be asked."""
        metadata = self._discovered(elapsed)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session() as session:
            url, _ = session.create_authorization_url(
                metadata["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "at": now, "next": next_path}
        return Begun(url, json.dumps(kept))

    def finish(
        self, kept: str, query: Mapping[str, str], now: Moment, elapsed: float
    ) -> tuple[Identity, str]:
        """Who it is, and where they wanted to go. Raises OpenIdRefused."""
        begun = json.loads(kept)
        if not secrets.compare_digest(query.get("state", "").encode(), str(begun["state"]).encode()):
            raise OpenIdRefused("the answer belongs to another sign-in")
        if now - begun["at"] > LASTS:
            raise OpenIdRefused("it took too long")
        if query.get("iss", self._client.issuer) != self._client.issuer:  # RFC 9207
            raise OpenIdRefused("the answer is of another provider")
        if "error" in query or not query.get("code"):
            raise OpenIdRefused("the provider has let nobody in")
        token = self._token(query["code"], str(begun["verifier"]), elapsed)
        claims = self._claims(token, str(begun["nonce"]), now, elapsed)
        email, subject = claims.get("email"), claims.get("sub")
        if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
            raise OpenIdRefused("the provider gives no verified e-mail")
        if not isinstance(subject, str) or not subject:
            raise OpenIdRefused("the provider gives no subject")
        return Identity(subject, email.strip().lower()), str(begun["next"])

    def _token(self, code: str, verifier: str, elapsed: float) -> str:
        """The ID token for a code."""
        endpoint = self._discovered(elapsed)["token_endpoint"]
        try:
            with self._session() as session:
                answer = session.fetch_token(
                    endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
                )
        except Exception as error:  # whatever the network, the provider or the library makes of it
            raise OpenIdRefused(f"no token for the code: {type(error).__name__}") from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OpenIdRefused("the answer has no ID token")
        return token

    def _claims(self, token: str, nonce: str, now: Moment, elapsed: float) -> dict[str, Any]:
        """What the token says, when everything about it is right (OpenID Connect Core, 3.1.3.7)."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        def decoded(keys: KeySet) -> jwt.Token:
            return jwt.decode(token, keys, algorithms=list(ALGORITHMS))

        try:
            try:
                found = decoded(self._key_set(elapsed))
            except (JoseError, ValueError):
                found = decoded(self._key_set(elapsed, ASKED_AGAIN_SECONDS))
            claims = CodeIDToken(
                found.claims,
                found.header,
                {
                    "iss": {"essential": True, "value": self._client.issuer},
                    "aud": {"essential": True, "value": self._client.client_id},
                },
                {"nonce": nonce, "client_id": self._client.client_id},
            )
            claims.validate(now // SECOND, LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OpenIdRefused(f"the ID token is not good: {type(error).__name__}") from None
        return dict(claims)

    def _discovered(self, elapsed: float) -> dict[str, Any]:
        """The provider's addresses."""
        with self._guard:
            known = self._metadata
        if known is not None and elapsed - known[0] < KEPT_SECONDS:
            return known[1]
        issuer = self._client.issuer
        found = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration", elapsed)
        if found.get("issuer") != issuer:
            raise OpenIdRefused("the provider's document names another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(found.get(name, ""))):
                raise OpenIdRefused(f"the provider's {name} is no https address")
        with self._guard:
            self._metadata = (elapsed, found)
        return found

    def _key_set(self, elapsed: float, younger_than: float = KEPT_SECONDS) -> KeySet:
        """The provider's keys; those in hand where they are not older than that."""
        from joserfc.jwk import KeySet

        with self._guard:
            known = self._keys
        if known is not None and elapsed - known[0] < younger_than:
            return known[1]
        found = KeySet.import_key_set(self._fetch(self._discovered(elapsed)["jwks_uri"], elapsed))  # type: ignore[arg-type]  # what the JSON says is checked there
        with self._guard:
            self._keys = (elapsed, found)
        return found

    def _fetch(self, url: str, elapsed: float) -> dict[str, Any]:
        """A JSON document of the provider."""
        if elapsed < self._rests_until:
            raise OpenIdRefused("the provider did not answer a moment ago")
        try:
            with self._session() as session:
                answer = session.get(url, withhold_token=True, allow_redirects=False)
                answer.raise_for_status()
                found = answer.json()
        except Exception as error:  # whatever the network makes of it
            self._rests_until = elapsed + RESTS_SECONDS
            raise OpenIdRefused(f"the provider cannot be asked: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise OpenIdRefused("the provider's document is none")
        return found

    def _session(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self._client.client_id,
            self._client.client_secret or None,
            scope="openid email",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_SECONDS,
        )


def require_library() -> None:
    """Raises SettingError where the extra is not installed."""
    try:
        import authlib.integrations.requests_client  # noqa: F401 - whether it is there
    except ImportError:
        raise SettingError(
            "PENFRIEND_OIDC_ISSUER: signing in by OpenID Connect needs the extra penfriend[oidc]"
        ) from None


def is_safe(url: str) -> bool:
    """Whether an address is https, or of this machine."""
    try:
        found = urlsplit(url)
        host = found.hostname
    except ValueError:
        return False
    return bool(host) and (found.scheme == "https" or (found.scheme == "http" and host in LOOPBACK))
