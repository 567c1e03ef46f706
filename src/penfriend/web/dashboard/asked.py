"""What the address of a page asks for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.answers import not_found

_MOST_DIGITS = 18
LONGEST_NAME = 1_000


def asked_contact(ask: Ask) -> str:
    """How the address calls a contact. Raises HTTPException 404 for what can be nobody's."""
    link: str = ask.request.path_params["id"]
    if not link or len(link) > LONGEST_NAME or "\x00" in link:
        raise not_found()
    return link


def whole(text: str) -> int:
    """A number of ours in the address. Raises HTTPException 404 for what is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found()
    return int(text)


def brand_zone(desk: Desk) -> ZoneInfo:
    """The clock by which pages tell the time: the brand's, as `moment` in their templates."""
    live = desk.live()
    return ZoneInfo("UTC") if live is None else live.definitions.brand.zone
