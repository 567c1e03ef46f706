"""Warns where a campaign goes by opens or clicks that are not tracked, and would take their absence for an
answer; and where it goes by opens, which machines make as well.

Tests of campaigns say themselves what people do, so nothing is said of those.
"""

from __future__ import annotations

from collections.abc import Mapping

from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.tracking import WHOLE, Tracking
from penfriend.language.quoting import quote
from penfriend.language.reading import Heeded, Reading
from penfriend.language.report import Placed

_OPENS_BY_EVENT = {"mail_opened": True, "mail_clicked": False}
_OPENS_BY_FIELD: Mapping[tuple[str, str], bool] = {
    ("message", "opened"): True,
    ("message", "clicked"): False,
    ("contact", "last_opened_at"): True,
    ("contact", "last_clicked_at"): False,
}
_EMPTY = {FieldType.YES_NO: "is always no", FieldType.COUNT: "is always 0"}
BY_MACHINES = (
    "opens are a guess: machines make them as well, and many mail programs hide those of people. Clicks say"
    " more."
)


def heed_event(name: str, at: Placed, reading: Reading) -> None:
    """Notes an event that comes of opens or clicks: inside a campaign, of its own mails."""
    if name in _OPENS_BY_EVENT:
        consequence = f"{quote(name)} never comes"
        reading.heeded.append(Heeded(at, _OPENS_BY_EVENT[name], reading.campaign, consequence))


def heed_field(field: Field, at: Placed, reading: Reading) -> None:
    """Notes a field that opens and clicks fill."""
    opens = _OPENS_BY_FIELD.get((field.group, field.key))
    if opens is None and field.group == "events":
        opens = _OPENS_BY_EVENT.get(field.subject)
    if opens is not None:
        campaign = reading.campaign if field.group == "message" else None
        consequence = f"{quote(field.name)} {_EMPTY.get(field.type, 'never has a value')}"
        reading.heeded.append(Heeded(at, opens, campaign, consequence))


def heed_winner_by_clicks(at: Placed, reading: Reading) -> None:
    """Notes a split whose better arm is found by clicks."""
    reading.heeded.append(Heeded(at, False, reading.campaign, "nobody clicks, and the first arm wins"))


def warn_of_heeded(definitions: Definitions, reading: Reading) -> None:
    """Warns of all that was noted, now that it is known what each campaign tracks."""
    tracked = {name: definitions.tracking_of(name) for name in definitions.campaigns}
    anywhere = WHOLE  # where there are no campaigns nothing goes by it yet
    if tracked:
        clicks, opens = (any(getattr(one, name) for one in tracked.values()) for name in ("clicks", "opens"))
        anywhere = Tracking(clicks=clicks, opens=opens)
    for one in reading.heeded:
        if one.campaign is None:
            _warn(one, anywhere, "no campaign has {} tracked", reading)
        elif one.campaign in tracked:
            _warn(one, tracked[one.campaign], "the campaign does not have {} tracked", reading)


def _warn(one: Heeded, tracking: Tracking, untracked: str, reading: Reading) -> None:
    if not (tracking.opens if one.opens else tracking.clicks):
        why = untracked.format("opens" if one.opens else "clicks")
        reading.report.warning(one.at, f"{why}: {one.consequence}.")
    elif one.opens:
        reading.report.warning(one.at, BY_MACHINES)
