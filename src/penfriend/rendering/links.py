"""The service's own links in a letter: each carries a token that is good for one thing, one person and this
mail."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from penfriend.domain.definitions import Survey
from penfriend.domain.letter import Letter
from penfriend.domain.tokens import Purpose
from penfriend.rendering.formats import NotPrintable
from penfriend.rendering.tokens import Signer

PATHS = {
    Purpose.UNSUBSCRIBE: "u",
    Purpose.PREFERENCES: "preferences",
    Purpose.SURVEY: "s",
    Purpose.VIEW: "view",
    Purpose.CONFIRM: "confirm",
    Purpose.CLICK: "c",
    Purpose.OPEN: "o",
}
"""Where each kind of token is taken, below `public_url` (INTERFACE.md, HTTP)."""


def own_addresses(public_url: str) -> tuple[str, ...]:
    """How every link of the service's own begins, plain and as HTML."""
    base = public_url.rstrip("/")
    ours = [f"{base}/{path}/" for path in PATHS.values()]
    return tuple(dict.fromkeys((*ours, *map(escape, ours))))


class Links:
    """What templates know as `links`; an address is made when it is asked for."""

    __slots__ = ("_base", "_keys", "_letter", "_made", "_survey")

    def __init__(self, letter: Letter, public_url: str, keys: Sequence[bytes], survey: Survey | None) -> None:
        self._letter = letter
        self._base = public_url.rstrip("/")
        self._keys = keys
        self._survey = survey
        self._made: dict[tuple[Purpose, int], str] = {}

    @property
    def unsubscribe(self) -> str | None:
        """Leaves the mail's topic. None in a transactional mail, which has nothing to leave."""
        return self._link(Purpose.UNSUBSCRIBE) if self._letter.topic is not None else None

    @property
    def preferences(self) -> str:
        """The page with all topics."""
        return self._link(Purpose.PREFERENCES)

    @property
    def view_online(self) -> str:
        """This mail as a page."""
        return self._link(Purpose.VIEW)

    @property
    def confirm(self) -> str:
        """Confirms a subscription that was asked for."""
        return self._link(Purpose.CONFIRM)

    def survey(self, score: object) -> str:
        """Answers the step's survey with this score."""
        if self._survey is None:
            raise NotPrintable("links.survey needs a survey; the step that sends this letter names none.")
        scores = self._survey.scores
        if isinstance(score, bool) or not isinstance(score, int) or score not in scores:
            raise NotPrintable(
                f'the survey "{self._survey.name}" takes a score from {scores[0]} to {scores[-1]}.'
            )
        return self._link(Purpose.SURVEY, score)

    def _link(self, purpose: Purpose, value: int = 0) -> str:
        """The same for HTML, text and header, so it is signed once."""
        made = self._made.get((purpose, value))
        if made is None:
            signer = Signer(purpose, self._letter.contact, self._letter.message, self._keys[0])
            made = self._made[purpose, value] = f"{self._base}/{PATHS[purpose]}/{signer.sign(value)}"
        return made
