"""What simulated people do with the mail they get: a small model, and the same for the same seed.

Each mail is drawn once: a place from 0 to 1 that the seed and the mail's name alone decide. Below `buys` its
reader orders, below `clicks` follows a link, below `opens` opens it: who buys has clicked, who clicks has
opened. Whoever clicks in a mail that asks a survey's question answers it; every score is as likely as the
others.
"""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.chance import position
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Moment

SEED = 7
"""The seed where none is given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What becomes of one mail. Moments are None where it does not come so far."""

    opened_at: Moment | None = None
    clicked_at: Moment | None = None
    bought_at: Moment | None = None
    score: int | None = None
    """The place of the answer among the survey's scores, where a click answers one."""
    spent: int = 0
    """What the order comes to, in whole units of the brand's currency."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Shares of all mails from 0 to 1 that are opened, clicked and bought from. Nothing of it is quiet."""

    opens: float = 0.0
    clicks: float = 0.0
    buys: float = 0.0
    seed: int = SEED

    def __post_init__(self) -> None:
        for name, share in (("opens", self.opens), ("clicks", self.clicks), ("buys", self.buys)):
            if not 0 <= share <= 1:
                raise SettingError(f"--{name} {share:g} is no share; write a number from 0 to 1, e.g. 0.1")
        if self.clicks > self.opens:
            raise SettingError(
                f"--clicks {self.clicks:g} is more than --opens {self.opens:g}: who clicks has opened"
            )
        if self.buys > self.clicks:
            raise SettingError(
                f"--buys {self.buys:g} is more than --clicks {self.clicks:g}: who buys has clicked"
            )

    @property
    def quiet(self) -> bool:
        """Nobody does anything."""
        return self.opens == 0

    def read(self, mail: str, sent_at: Moment, scores: int = 0) -> Reading:
        """What becomes of the mail of that name; `scores` is how many its survey has, 0 without one.

        It is opened within a day, most within some hours; a click follows within ten minutes, an order within
        two days.
        """
        place = self._draw(mail, "reads")
        if place >= self.opens:
            return Reading()
        opened = Moment(sent_at + MINUTE + int(self._draw(mail, "opens") ** 3 * DAY))
        if place >= self.clicks:
            return Reading(opened)
        clicked = Moment(opened + 10 * SECOND + int(self._draw(mail, "clicks") * 10 * MINUTE))
        score = int(self._draw(mail, "answers") * scores) if scores else None
        if place >= self.buys:
            return Reading(opened, clicked, None, score)
        bought = Moment(clicked + 5 * MINUTE + int(self._draw(mail, "buys") ** 2 * 48 * HOUR))
        return Reading(opened, clicked, bought, score, 20 + int(self._draw(mail, "spends") * 100))

    def _draw(self, mail: str, what: str) -> float:
        return position("customers", str(self.seed), mail, what) / 100
