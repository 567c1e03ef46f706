"""What a parser of HTML sees of a page: what came from a stranger must be text in it, and nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

Seen = list[tuple[str, tuple[tuple[str, str | None], ...]]]


class Skeleton(HTMLParser):
    """The tags of a page with their attributes, and its texts, in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: Seen = []
        self.tags: Seen = []
        """Without the texts."""
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def _take(self, tag: str, attributes: tuple[tuple[str, str | None], ...]) -> None:
        self.seen.append((tag, attributes))
        self.tags.append((tag, attributes))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(f"<{tag}>", tuple(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._take(f"</{tag}>", ())

    def handle_data(self, data: str) -> None:
        self.seen.append((data, ()))
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self._take(f"<!--{data}-->", ())

    def handle_decl(self, decl: str) -> None:
        self._take(f"<!{decl}>", ())

    def handle_pi(self, data: str) -> None:
        self._take(f"<?{data}>", ())


SHOWN = frozenset({"value", "title", "alt", "aria-label", "placeholder", "content"})
"""Attributes that hold texts for people."""


def outline(page: str) -> Seen:
    """Every tag, comment and declaration of a page with its attributes, without what is text in it."""
    skeleton = Skeleton(page)
    return [
        (tag, tuple((key, None if key in SHOWN else value) for key, value in attributes))
        for tag, attributes in skeleton.tags
    ]


def words_of(page: str) -> str:
    """The text of a page."""
    return "".join(Skeleton(page).texts)
