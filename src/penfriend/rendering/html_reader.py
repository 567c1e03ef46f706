"""Python's reader of HTML without its square: for a tag that has no end it reads to the end of the text."""

from __future__ import annotations

from html.parser import HTMLParser

MAX_UNENDED = 20
"""So many tags may begin and not end."""


class TooManyUnended(ValueError):
    """HTML with more tags without their `>` than anybody writes by mistake."""


class HtmlReader(HTMLParser):
    """Reads HTML tag by tag. Raises TooManyUnended."""

    _unended = 0

    def parse_starttag(self, i: int) -> int:
        """As its own, counted."""
        return self._counted(super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        """As its own, counted."""
        return self._counted(super().parse_endtag(i))

    def parse_html_declaration(self, i: int) -> int:
        """As its own, counted."""
        return self._counted(super().parse_html_declaration(i))

    def parse_pi(self, i: int) -> int:
        """As its own, counted."""
        return self._counted(super().parse_pi(i))

    def _counted(self, end: int) -> int:
        self._unended += end < 0
        if self._unended > MAX_UNENDED:
            raise TooManyUnended
        return end
