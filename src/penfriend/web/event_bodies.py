"""What is posted to `/v1/events`, read: unpacked within limits, and each event of it, or why it is none."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn
from zoneinfo import ZoneInfo

from penfriend.domain.errors import EventRefused
from penfriend.domain.events import EventIn, Json
from penfriend.domain.incoming_rows import event_of
from penfriend.web.bodies import MAX_EVENTS as MAX_BYTES

MAX_EVENTS = 10_000
LINES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)
"""The types of JSON Lines that are in use; none is registered."""


class BodyRefused(Exception):
    """The body as a whole is not taken."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True, slots=True)
class Brought:
    """One event of a body, in its place; either the event or what is wrong with it."""

    event: EventIn | None
    fault: str = ""


def unpacked(body: bytes, coding: str) -> bytes:
    """The body as it was before it was packed (RFC 9110, 8.4). Raises BodyRefused."""
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip"):
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body may be packed by gzip alone")
    try:
        unpacking = zlib.decompressobj(wbits=31)
        found = unpacking.decompress(body, MAX_BYTES + 1)
    except zlib.error:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "the body is no gzip") from None
    if len(found) > MAX_BYTES:
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_BYTES} bytes unpacked")
    if not unpacking.eof or unpacking.unused_data:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "the gzip is cut off, or something stands behind it")
    return found


def read_events(body: bytes, content_type: str, zone: ZoneInfo) -> tuple[list[Brought], bool]:
    """The events, and whether the body was a single one and no list. A moment without a zone is of `zone`.
    Raises BodyRefused."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None
    if content_type in LINES:
        found, single = list(_lines(text, zone)), False
    elif content_type == "application/json":
        said = _parsed(text)
        single = not isinstance(said, list)
        found = [brought(one, zone) for one in (said if isinstance(said, list) else [said])]
    else:
        wanted = f"application/json, or {' or '.join(sorted(LINES))} with one event on each line"
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body is to be {wanted}")
    if len(found) > MAX_EVENTS:
        raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MAX_EVENTS} events")
    if not found:
        raise BodyRefused(HTTPStatus.UNPROCESSABLE_ENTITY, "there is no event in the body")
    return found, single


def _lines(text: str, zone: ZoneInfo) -> Iterator[Brought]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            yield brought(_parsed(line), zone)
        except BodyRefused as refused:
            yield Brought(None, refused.why)


def read_object(body: bytes, content_type: str) -> Mapping[str, Json]:
    """The one object of JSON that a body is. Raises BodyRefused."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BodyRefused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is to be application/json")
    try:
        found = _parsed(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BodyRefused(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None
    if not isinstance(found, Mapping):
        raise BodyRefused(HTTPStatus.UNPROCESSABLE_ENTITY, "the body is to be an object")
    return found


def _parsed(text: str) -> Json:
    """Raises BodyRefused for what RFC 8259 does not know."""
    try:
        found: Json = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = "is nested too deeply" if isinstance(error, RecursionError) else f"is no JSON: {error}"
        raise BodyRefused(HTTPStatus.BAD_REQUEST, why) from None
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def brought(said: Json, zone: ZoneInfo) -> Brought:
    """The event that an object of JSON is, or why it is none. A moment without a zone is of `zone`."""
    if not isinstance(said, Mapping):
        return Brought(None, "an event is an object with id, contact, name, at and properties")
    try:
        return Brought(event_of(said, zone))
    except EventRefused as refused:
        return Brought(None, str(refused))
