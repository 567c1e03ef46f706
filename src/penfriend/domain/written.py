"""A text as its author wrote it, before anybody translates it."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.problems import Place


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text of a template or a campaign file that is said in the reader's language."""

    place: Place
    text: str
    plural: str | None = None
    """The form for many, where a number chooses."""
    context: str = ""
    """What tells it from the same text with another meaning; mostly empty."""
    note: str = ""
    """What its author wants translators to know."""
    locales: tuple[str, ...] = ()
    """Those in which it is given, where it is a map of locales: no catalog is asked for it."""

    @property
    def key(self) -> tuple[str, str]:
        """What a catalog knows it by: context and text."""
        return self.context, self.text
