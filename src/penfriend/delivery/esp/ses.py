"""Amazon SES: anymail's backend over boto3, which is given the mail as it was made, byte for byte."""

from __future__ import annotations

import json
from typing import Any

from anymail.backends.amazon_ses import AmazonSESV2SendEmailPayload, EmailBackend

from penfriend.delivery.settings import EspSettings


class _WholeMail(AmazonSESV2SendEmailPayload):  # type: ignore[misc]  # anymail has no types
    """The raw mail, with one field in front that brings our id back (anymail reads it in the events)."""

    def init_payload(self) -> None:
        super(AmazonSESV2SendEmailPayload, self).init_payload()
        self.all_recipients: list[Any] = []
        self._metadata: Any = {}

    def generate_raw_message(self) -> bytes:
        field = f"X-Metadata: {json.dumps(self._metadata)}\r\n".encode("ascii")
        content: bytes = self.message.content
        return field + content

    def set_metadata(self, metadata: Any) -> None:
        self._metadata = metadata


class _Backend(EmailBackend):  # type: ignore[misc]  # anymail has no types
    def build_message_payload(self, message: Any, defaults: Any) -> Any:
        return _WholeMail(message, defaults, self)


def ses_backend(settings: EspSettings) -> Any:
    """The backend of an account. Keys and region that no option gives are looked for where boto3 looks."""
    account = settings.account
    session = {
        "aws_access_key_id": account.get("access_key_id"),
        "aws_secret_access_key": account.get("secret_access_key"),
        "aws_session_token": account.get("session_token"),
        "region_name": account.get("region"),
    }
    client: dict[str, Any] = {
        "config": {
            # boto3 asks again by itself after an answer that was lost: that could be a second copy
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "connect_timeout": settings.timeout,
            "read_timeout": settings.timeout,
            "max_pool_connections": 1,
        }
    }
    if "api_url" in account:
        client["endpoint_url"] = account["api_url"]
    return _Backend(
        session_params={name: value for name, value in session.items() if value is not None},
        client_params=client,
        configuration_set_name=account.get("configuration_set_name"),
    )
