"""The finished message of every letter in every language, as a mail program gets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest

from penfriend.rendering import TemplateRenderer
from penfriend.rendering.verify import read_fields
from tests.support.sample_letters import FILES, LETTERS, READERS, letter, the_definitions, the_renderer

RTL = {"ar"}
EVERY = pytest.mark.parametrize("language", READERS)


class Page(HTMLParser):
    """What of a page is for machines: each tag's attributes by tag, and its title."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: dict[str, list[dict[str, str | None]]] = {}
        self.title, self._in_title = "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.setdefault(tag, []).append(dict(attrs))
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""


@cache
def another_renderer() -> TemplateRenderer:
    return TemplateRenderer(FILES, the_definitions(), b"k" * 32, 1)


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(content)


@EVERY
@pytest.mark.parametrize("name", LETTERS)
def test_message_has_two_parts_that_every_server_takes(name: str, language: str) -> None:
    content = the_renderer().render(letter(the_definitions(), name, language)).content
    message = parsed(content)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in message.iter_parts()] == ["quoted-printable"] * 2
    assert content.isascii()
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, head.split(b"\r\n"))) <= 998
    seen = BytesHeaderParser(policy=policy.compat32).parsebytes(head + b"\r\n\r\n")
    told = [(key.lower(), str(value).replace("\r\n", "")) for key, value in seen.items()]
    assert read_fields(head) == told


@EVERY
@pytest.mark.parametrize("name", LETTERS)
def test_page_says_its_language_direction_title_and_colours(name: str, language: str) -> None:
    subject, html, _ = the_renderer().fill(letter(the_definitions(), name, language))
    page = Page(html)
    direction = "rtl" if language in RTL else "ltr"
    assert (page.tags["html"][0]["lang"], page.tags["html"][0]["dir"]) == (
        READERS[language].replace("_", "-"),
        direction,
    )
    assert page.title == subject
    named = {meta["name"]: meta["content"] for meta in page.tags["meta"] if "name" in meta}
    assert named["color-scheme"] == named["supported-color-schemes"] == "light dark"
    assert [table for table in page.tags["table"] if table.get("role") != "presentation"] == []
    assert all("alt" in picture for picture in page.tags.get("img", []))


@EVERY
@pytest.mark.parametrize("name", LETTERS)
def test_plain_text_reads_as_a_person_would_write_it(name: str, language: str) -> None:
    made = letter(the_definitions(), name, language)
    _, html, text = the_renderer().fill(made)
    preview = re.search(r'<div style="display:none;[^>]*>([^<]*)<', html)
    assert preview is not None
    assert preview[1].strip()
    hidden = preview[1].strip()
    assert text.count(unescape(hidden)) <= html.count(hidden) - 1
    lines = text.splitlines()
    assert all(line == line.strip() for line in lines)
    assert "\n\n\n" not in text
    assert "&nbsp;" not in text + preview[1]
    for line in lines:
        for address in re.findall(r"https?://\S+", line):
            assert line.endswith(address), (
                "an address ends its line, so that nothing is taken for a part of it"
            )
    in_html = {link["href"] for link in Page(html).tags["a"]}
    assert set(re.findall(r"https?://\S+", text)) == {
        one for one in in_html if one and one.startswith("http")
    }
    assert any("/view/" in line for line in lines)


@EVERY
@pytest.mark.parametrize("name", LETTERS)
def test_what_is_worked_out_beforehand_changes_no_byte(name: str, language: str) -> None:
    """A mail is made of a letter compiled for its brand and language, a preview of the common one."""
    made = letter(the_definitions(), name, language)
    contact = made.facts["contact"]
    assert isinstance(contact, Mapping)
    nobody = {**contact, "first_name": None, "last_name": None}
    for one in (made, replace(made, facts={**made.facts, "contact": nobody})):
        subject, html, text = the_renderer().fill(one)
        message = parsed(the_renderer().render(one).content)
        assert message["Subject"] == subject
        parts = [part.get_content() for part in message.iter_parts()]
        assert [part.replace("\r\n", "\n").rstrip("\n") for part in parts] == [text.rstrip("\n"), html]
        again = another_renderer() if language == "en" else the_renderer()
        assert again.render(one) == the_renderer().render(one)


def test_hidden_preview_is_not_white_on_white() -> None:
    """SpamAssassin: HTML_FONT_LOW_CONTRAST, 0.7 points."""
    assert (
        "color:#ffffff;line-height:1px" not in the_renderer().fill(letter(the_definitions(), LETTERS[0]))[1]
    )
