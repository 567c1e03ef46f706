"""The wall of the dashboard: what people write is text, in the reader's language, cut where it is long."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.accounts.roles import Role
from penfriend.domain.definitions import Brand, Definitions, Survey
from penfriend.domain.visits import WrittenComment
from penfriend.rendering.dashboard_pages import DashboardPages, View
from penfriend.rendering.wall import LONGEST_SHOWN, shown_text, wall
from tests.support.houses import NOON

NAUGHTY: list[str] = json.loads(
    (Path(__file__).parents[1] / "data" / "naughty_strings.json").read_text(encoding="utf-8")
)
BIDI = [
    "\u202eevil",
    "\u2069\u2069 out",
    "\u2067never closed",
    "</bdi></blockquote><script>x</script>",
    "{{ 7 * 7 }}",
]
DEFINITIONS = Definitions(
    brand=Brand(name="Acorn", sender="hello@acorn.example", locale="en_GB"),
    surveys={
        "nps": Survey("nps", "nps", {"en": "Would you tell a friend?", "ar": "هل تخبر صديقًا؟"}),
        "why": Survey("why", "choice", "Why?", options=("The price", {"en": "<b>Else</b>", "pl": "Inne"})),
    },
)


class Read(HTMLParser):
    """The tags of a page, and the text of each quotation."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.quoted: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(f"{name}={value}" for name, value in attrs)))
        if tag == "blockquote":
            self._inside = True
            self.quoted.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "blockquote"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.quoted[-1] += data


def written(text: str = "Fine", survey: str = "nps", score: int | None = 9) -> WrittenComment:
    return WrittenComment(survey, score, text, NOON)


def page(comments: Iterable[WrittenComment], language: str = "en") -> str:
    notes = wall(comments, DEFINITIONS, Mock(), Locale(language))
    values = {"live": 0, "wall": notes}
    view = View(language, "Acorn", ZoneInfo("Europe/London"), "", "/", "anna", Role.VIEWER)
    return DashboardPages().html("home", view, values)


def test_whatever_is_in_a_comment_is_text() -> None:
    texts = [text for text in (*NAUGHTY, *BIDI) if shown_text(text)]
    assert len(texts) > 500
    found, plain = Read(page(map(written, texts))), Read(page(written() for _ in texts))
    assert found.tags == plain.tags
    assert found.quoted == [shown_text(text) for text in texts]


def test_a_comment_is_a_paragraph_with_a_direction_of_its_own() -> None:
    assert '<blockquote dir="auto">\u2069 شكرًا</blockquote>' in page([written("\u2069 شكرًا")])


@pytest.mark.parametrize(
    ("comment", "language", "said"),
    [
        (
            written(),
            "en",
            ["<bdi>9</bdi> of <bdi>10</bdi>", "Would you tell a friend?", "Mar 2, 2026"],
        ),
        (written(), "tr", ["<bdi>10</bdi> üzerinden <bdi>9</bdi>", "Would you tell a friend?", "2 Mar 2026"]),
        (written(), "ar", ["هل تخبر صديقًا؟", 'dir="rtl"']),
        (written(survey="why", score=2), "pl", ["<bdi>Inne</bdi>", "Why?", "2 mar 2026"]),
        (written(survey="why", score=2), "en", ["<bdi>&lt;b&gt;Else&lt;/b&gt;</bdi>"]),
        (written(survey="why", score=7), "en", ['<span class="tag">7</span>']),
        (written(survey="gone_now", score=4), "en", ['<span class="tag">4</span>', ">gone_now</bdi>"]),
        (written(score=0), "en", ["<bdi>0</bdi> of <bdi>10</bdi>"]),
    ],
)
def test_score_question_and_moment_are_said_in_the_readers_language(
    comment: WrittenComment, language: str, said: list[str]
) -> None:
    html = page([comment], language)
    for text in said:
        assert text in html


def test_an_answer_without_a_score_has_none() -> None:
    assert 'class="tag"' not in page([written(score=None)])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("\u202eturned\u202c \u202dround", "turned\u202c round"),
        ("two\r\n\r\n  lines\there", "two lines here"),
        ("a\x00b\x1b[31mc\ud800", "ab[31mc"),
        ("x" * LONGEST_SHOWN, "x" * LONGEST_SHOWN),
        ("x" * (LONGEST_SHOWN + 1), "x" * (LONGEST_SHOWN - 1) + "…"),
        ("word " * 100, ("word " * (LONGEST_SHOWN // 5)).strip() + "…"),
    ],
)
def test_long_comments_are_cut_behind_a_word(text: str, shown: str) -> None:
    assert shown_text(text) == shown
    assert len(shown_text(text)) <= LONGEST_SHOWN


@pytest.mark.parametrize("one", ["👩\u200d👩\u200d👧", "é\u0301", "🙂🏽", "كِ"])
@pytest.mark.parametrize("before", range(6))
def test_no_character_is_parted(one: str, before: int) -> None:
    one = unicodedata.normalize("NFD", one)
    cut = shown_text("x" * before + one * 200).removesuffix("…").lstrip("x")
    assert cut
    assert cut == one * (len(cut) // len(one))
