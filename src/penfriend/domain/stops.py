"""When a campaign stops by itself: too much of its mail comes back, is called spam, or cannot be made.

Two stretches of its mails are looked at: the last thousand, in which a bad list shows at once, and all of the
last seven days, to which complaints come late. Mails from before somebody let the campaign go on were judged
then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from penfriend.domain.timing import DAY, Moment

LAST_MAILS = 1_000
LAST_DAYS = 7 * DAY


@dataclass(frozen=True, slots=True)
class StopAt:
    """The keys of `stop_at`: shares in percent, of mails that were tried; None is a key that is not given
    here and is taken from the one above."""

    bounces: float | None = None
    """Of dead addresses."""
    complaints: float | None = None
    render_failures: float | None = None
    """Of mails that were due: letters that could not be made."""
    at_least: int | None = None
    """Fewer mails than this say nothing."""

    def over(self, above: StopAt) -> StopAt:
        """These keys, and those of `above` that are not given here."""
        return StopAt(
            above.bounces if self.bounces is None else self.bounces,
            above.complaints if self.complaints is None else self.complaints,
            above.render_failures if self.render_failures is None else self.render_failures,
            above.at_least if self.at_least is None else self.at_least,
        )


USUAL = StopAt(bounces=5.0, complaints=0.3, render_failures=1.0, at_least=100)
"""What holds where no policy says otherwise. Gmail asks for complaints under 0.3 %
(support.google.com/a/answer/81126)."""
NEVER = StopAt(bounces=100.0, complaints=100.0, render_failures=100.0)
"""`none`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a stretch of a campaign's mails."""

    tried: int = 0
    """Sent, failed or unknown."""
    bounced: int = 0
    complained: int = 0
    unmade: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """A campaign that has stopped by itself: since when, and which limit was passed."""

    at: Moment
    why: str


def why_stop(figures: Mapping[str, Figures], limits: StopAt) -> str | None:
    """Which limit is passed, in words; None where none is. `figures` by the name of the stretch, such as `its
    last 1,000 mails`."""
    return next((why for name, one in figures.items() for why in _passed(name, one, limits)), None)


_SAYS = {
    "bounces": "came back from dead addresses",
    "complaints": "were called spam",
    "render_failures": "could not be made",
}
"""By the key of `stop_at`."""


def _passed(name: str, found: Figures, limits: StopAt) -> Iterator[str]:
    limits = limits.over(USUAL)
    for key, number, of, limit in (
        ("bounces", found.bounced, found.tried, limits.bounces),
        ("complaints", found.complained, found.tried, limits.complaints),
        ("render_failures", found.unmade, found.tried + found.unmade, limits.render_failures),
    ):
        if limit is not None and of >= (limits.at_least or 0) and number * 100 > limit * of:
            share = f"{number * 100 / of:.2g}%"
            yield f"{share} of {name} {_SAYS[key]} ({number} of {of}); the limit is {limit:g}%"


@dataclass(frozen=True, slots=True)
class Passed:
    """What the words of `why_stop` say, for who says it in another language."""

    limit_of: str
    """The key of `stop_at`."""
    number: int
    of: int
    limit: float
    """In percent."""


_WHY = re.compile(
    r"\S+% of .+ (?P<said>" + "|".join(_SAYS.values()) + r") \((?P<number>\d+) of (?P<of>\d+)\);"
    r" the limit is (?P<limit>[\d.]+)%"
)


def read_why(why: str) -> Passed | None:
    """What was passed, of what `why_stop` has written; None for other words."""
    found = _WHY.fullmatch(why)
    if found is None:
        return None
    key = next(key for key, said in _SAYS.items() if said == found["said"])
    return Passed(key, int(found["number"]), int(found["of"]), float(found["limit"]))
