"""A small OpenID Connect provider on the loopback address: discovery, keys, PKCE, signed tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "penfriend", "canary-secret-of-the-client"
_KEY = RSAKey.generate_key(2048, {"kid": "of the provider", "use": "sig", "alg": "RS256"})
_OTHER = RSAKey.generate_key(2048, {"kid": "of the provider", "use": "sig", "alg": "RS256"})


class FakeProvider:
    """Says that somebody is `claims`, as a test has set them."""

    def __init__(self, server: ThreadingHTTPServer, now: int) -> None:
        self.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        self.now = now
        """Seconds since 1970."""
        self.claims: dict[str, Any] = {"sub": "s-1", "email": "Anna@shop.example", "email_verified": True}
        self.signed_by = "RS256"
        """Or `other` for another key of the same name, `HS256` by the client's secret, or `none`."""
        self.document: dict[str, Any] = {}
        """What the discovery says instead."""
        self.broken = False
        """Answers 503."""
        self.key_requests = self.discoveries = 0
        self._codes: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        """The document of OpenID Connect Discovery."""
        self.discoveries += 1
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.document,
        }

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        self.key_requests += 1
        return {"keys": [_KEY.as_dict(private=False)]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Somebody has signed in there: where the browser goes back to."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT_ID
        assert asked["scope"].split() == ["openid", "email"]
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The answer for a code, which is good once."""
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        said = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(said)}

    def _signed(self, said: dict[str, Any]) -> str:
        if self.signed_by == "none":
            parts = (json.dumps(one).encode() for one in ({"alg": "none", "typ": "JWT"}, said))
            return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts) + "."
        if self.signed_by == "HS256":
            key = OctKey.import_key(CLIENT_SECRET + " made longer, so that it is taken")
            return jwt.encode({"alg": "HS256"}, said, key, algorithms=["HS256"])
        header = {"alg": "RS256", "kid": "of the provider"}
        return jwt.encode(header, said, _OTHER if self.signed_by == "other" else _KEY)


@contextmanager
def open_id_provider(now: int) -> Iterator[FakeProvider]:
    """A provider that answers until it is left. `now` in seconds since 1970."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if where.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(where.query).items()}
                self._say(302, {}, provider.authorize(asked))
            elif where.path == "/keys":
                self._say(200, provider.keys())
            else:
                self._say(503 if provider.broken else 200, provider.discovery())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.token(form, self.headers.get("authorization", "")))

        def _say(self, status: int, document: dict[str, Any], location: str = "") -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if location:
                self.send_header("location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(server, now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
