"""One open line to a provider: anymail's backend, and its answers in our own words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused

from penfriend.delivery.esp.anymail_home import anymail_module, quietly
from penfriend.delivery.esp.letter import NotHandedOver
from penfriend.delivery.esp.messages import ProviderMessage
from penfriend.delivery.esp.outcomes import Answer
from penfriend.delivery.esp.providers import PROVIDERS, Provider
from penfriend.delivery.esp.written import one_request, was_written, watch_session
from penfriend.delivery.settings import EspSettings
from penfriend.domain.plain_text import one_line

PATIENCE = 2
"""So many times the timeout is waited for a whole answer."""
LONGEST_WAIT = 86_400.0
"""Seconds: what a provider may ask for at most."""


class Line:
    """Used by one thread at a time; the connection stays open between mails."""

    def __init__(self, settings: EspSettings) -> None:
        """Asks nobody yet. Raises whatever anymail raises where the options do not do."""
        self.provider: Provider = PROVIDERS[settings.provider]
        self._patience = PATIENCE * settings.timeout
        self._secrets = [value for name, value in settings.account.items() if name != "api_url"]
        with quietly():
            self._backend = _backend(self.provider, settings)

    def close(self) -> None:
        """Give the connection back."""
        self._backend.close()

    def send(self, message: ProviderMessage) -> Answer:
        """Hand one mail over. Raises NotHandedOver where the provider cannot be given it."""
        try:
            with one_request(self._patience):
                self._backend.open()
                self._backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return self._read(error.response, message)
        except AnymailAPIError as error:
            if error.response is None:
                return self._broken(error)
            return self._read(error.response, None)
        except AnymailError as error:
            raise NotHandedOver(self._safe(str(error.args[0] if error.args else error))) from error
        except Exception as error:  # anymail reads an answer that is not of the form it knows
            return self._broken(error)
        return self._read(message.anymail_status.esp_response, message)

    def _read(self, response: Any, message: ProviderMessage | None) -> Answer:
        status, headers, body = _parts_of(response)
        recipient = provider_id = None
        if message is not None:
            for one in message.anymail_status.recipients.values():
                recipient = one.status
                provider_id = None if one.message_id is None else one_line(str(one.message_id))
        return Answer(
            status=status,
            body=self._safe(body),
            recipient=recipient,
            provider_id=provider_id,
            retry_after=_seconds(headers.get("Retry-After") or headers.get("retry-after")),
            server=self._server,
        )

    def _broken(self, error: BaseException) -> Answer:
        written = was_written() if self.provider.name != "amazon-ses" else _written_by_boto(error)
        return Answer(written=written, body=self._safe(_what_broke(error)), server=self._server)

    @property
    def _server(self) -> str:
        client = getattr(self._backend, "client", None)
        url = client.meta.endpoint_url if client is not None else getattr(self._backend, "api_url", "")
        return urlsplit(str(url)).netloc.rpartition("@")[2]

    def _safe(self, words: str) -> str:
        for secret in self._secrets:
            words = words.replace(secret, "***")
        return one_line(words)[:500]


def _backend(provider: Provider, settings: EspSettings) -> Any:
    if provider.name == "amazon-ses":
        from penfriend.delivery.esp.ses import ses_backend

        return ses_backend(settings)
    base = anymail_module(f"backends.{provider.module}").EmailBackend

    class Watched(base):  # type: ignore[misc,valid-type]  # one of anymail's fourteen
        """The provider's backend, whose requests are watched."""

        def create_session(self) -> Any:
            return watch_session(super().create_session())

        def build_message_payload(self, message: ProviderMessage, defaults: Any) -> Any:
            payload = super().build_message_payload(message, defaults)
            if provider.name == "resend":
                payload.headers["Idempotency-Key"] = message.idempotency_key
            return payload

    return Watched(
        **settings.account,
        timeout=settings.timeout,
        ignore_unsupported_features=not provider.metadata,
    )


def _parts_of(response: Any) -> tuple[int | None, Mapping[str, str], str]:
    """Status, headers and text of an answer of requests or of boto3."""
    if isinstance(response, Mapping):
        told = response.get("ResponseMetadata", {})
        error = response.get("Error", {})
        words = f"{error.get('Code', '')}: {error.get('Message', '')}" if error else "accepted"
        return told.get("HTTPStatusCode"), told.get("HTTPHeaders", {}), words
    return response.status_code, response.headers, response.text[:2000]


_BEFORE_BOTO_WRITES = frozenset(
    {
        "ConnectTimeoutError", "ConfigNotFound", "CredentialRetrievalError", "DataNotFoundError",
        "EndpointConnectionError", "InvalidEndpointConfigurationError", "InvalidRegionError",
        "NoCredentialsError", "NoRegionError", "ParamValidationError", "PartialCredentialsError",
        "ProfileNotFound", "ProxyConnectionError", "SSLError", "TokenRetrievalError", "UnknownEndpointError",
        "ValueError",
    }
)  # fmt: skip
"""Errors of boto3 that come before a request: no credentials, no connection, no TLS. A fault of TLS in the
middle of a connection is a ConnectionClosedError there."""


def _written_by_boto(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__name__ in _BEFORE_BOTO_WRITES:
            return False
        cause = cause.__cause__
    return True


def _what_broke(error: BaseException) -> str:
    """The innermost cause, in a few words."""
    words = []
    cause: BaseException | None = error
    while cause is not None:
        reason = getattr(cause, "strerror", None)
        if isinstance(cause, OSError) and isinstance(reason, str):
            return reason.lower()
        if "Timeout" in type(cause).__name__:
            return "no answer in time"
        words.append(f"{type(cause).__name__}: {cause}".splitlines()[0])
        cause = cause.__cause__ or _inside(cause)
    return words[-1]


def _inside(error: BaseException) -> BaseException | None:
    """What urllib3 keeps beside the chain of causes."""
    reason = getattr(error, "reason", None)
    found = (reason, *error.args)
    return next((one for one in found if isinstance(one, BaseException)), error.__context__)


def _seconds(text: str | None) -> float | None:
    """Retry-After: seconds, or a date (RFC 9110 10.2.3)."""
    if not text:
        return None
    try:
        wait = (
            float(text) if text.strip().isdigit() else parsedate_to_datetime(text).timestamp() - time.time()
        )
    except (TypeError, ValueError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)
