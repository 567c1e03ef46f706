"""What a provider posts, and why it may be refused. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Posted:
    """One POST to `/webhooks/{provider}`."""

    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body as JSON. Raises Refused."""
        try:
            return json.loads(self.body.decode())
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise Refused(400, "the body is no JSON in UTF-8") from None


class Refused(Exception):
    """It is not taken. `status` is that of HTTP; the words say nothing of what would have been right."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class TryAgain(Exception):
    """Whether it may be taken cannot be found out now: the same again may do."""
