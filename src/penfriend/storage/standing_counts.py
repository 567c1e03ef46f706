"""Where the people of a campaign stand, and how those ended whose run is over: from indexes alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, func, literal, select

from penfriend.storage.columns import TEXT
from penfriend.storage.tables import enrollments

_e = enrollments.c
_CAMPAIGN = bindparam("of_campaign", type_=TEXT)
_ENDED = literal("ended", literal_execute=True)
"""In the statement's text, so that the partial index is used."""
_STEPS = (
    select(_e.step, func.count()).where(_e.campaign == _CAMPAIGN, _e.status == "active").group_by(_e.step)
)
_ENDS = (
    select(_e.end_reason, func.count())
    .where(_e.campaign == _CAMPAIGN, _e.status == _ENDED)
    .group_by(_e.end_reason)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The people of one campaign."""

    steps: dict[str, int] = field(default_factory=dict)
    """Those inside, by the step at which they stand; empty for who has not made the first move."""
    ends: dict[str, int] = field(default_factory=dict)
    """Those whose run is over, by the reason."""

    @property
    def inside(self) -> int:
        """Who is on the way."""
        return sum(self.steps.values())

    @property
    def entered(self) -> int:
        """Who has ever entered and is on record."""
        return self.inside + sum(self.ends.values())


def standing_of(connection: Connection, campaign: str) -> Standing:
    """Those of the campaign."""
    span = {"of_campaign": campaign}
    return Standing(
        {step or "": number for step, number in connection.execute(_STEPS, span)},
        {reason or "": number for reason, number in connection.execute(_ENDS, span)},
    )


def inside(connection: Connection, campaign: str) -> int:
    """How many are on the way."""
    chosen = select(func.count()).where(_e.campaign == _CAMPAIGN, _e.status == "active")
    return int(connection.execute(chosen, {"of_campaign": campaign}).scalar_one())
