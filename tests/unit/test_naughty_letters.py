"""What people and shops write is text and nothing else: a thousand naughty strings through every letter.

Each letter is filled twice, once with a harmless word for the name and the titles and once with the naughty
one. Read as HTML the two must be alike to the last tag and attribute, but for the word itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from functools import cache
from urllib.parse import unquote

import pytest

from penfriend.domain.errors import RenderFailed
from penfriend.domain.letter import Letter
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.headers import one_line
from penfriend.rendering.isolating import FIRST_STRONG, POP
from tests.support.attacks import attacks
from tests.support.sample_letters import LETTERS, READERS, item, letter, the_definitions, the_renderer
from tests.support.skeleton import Seen, Skeleton

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))
"""EXAMPLES_TIMES=20 sends so many times more strings through each letter."""
EACH = 1
"""So many strings go through each letter in each language."""
WORD = "Qzxwordqzx"
LISTED = attacks("naughty")
HOSTILE = [
    text for family in ("xss", "templates", "redirects") for text in attacks(family) if "\x00" not in text
]
NAUGHTY = [*LISTED, *HOSTILE, *(first + last for first, last in zip(LISTED, reversed(LISTED), strict=True))]
OF_THE_WORLD = [
    "Zoë ❤️ 👩‍👩‍👧‍👦 O'Neil",
    "अनुष्का श्रीवास्तव",
    "محمد الأحمد",
    "שרה 'שרי' כהן",
    "No\u00a0Break\u00a0Space",
    "So\u00adft Hy\u00adphen",
    "\"Quoted\" 'Twice' `Tick`",
    "Back\\slash \\u{200d} \\n",
    "Tab\tand {{ 7 * 7 }} {% endif %} {# no #}",
    "%(name)s %s 100%",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=",
    "&amp; &lt;b&gt; &#8203;",
]


def person(word: str, name: str, language: str) -> Letter:
    """The letter to somebody who is called so, about things that are."""
    known = {
        "first_name": word,
        "last_name": word,
        "locale": READERS[language],
        "email": "e@post.example",
        "attributes": {},
    }
    items = [
        item(title=word, url=f"https://shop.example/?q={word}", image=f"https://shop.example/{word}.png")
    ]
    cart = {
        "id": word,
        "items": items,
        "total": None,
        "items_count": 1,
        "url": f"https://shop.example/#{word}",
    }
    return letter(the_definitions(), name, language, contact=known, cart=cart, order=cart)


@cache
def harmless(name: str, language: str) -> tuple[str, Seen, str]:
    subject, html, text = the_renderer().fill(person(WORD, name, language))
    return subject, Skeleton(html).seen, text


def replaced(seen: Seen, word: str, subject: str) -> Seen:
    """What a page with the word must be; its title and label are the subject, which is one line."""
    plain = subject.replace(WORD, word)

    def changed(key: str, value: str | None) -> str | None:
        if value is None or value == subject:
            return value and one_line(plain)
        return word[:1] if (key, value) == ("data-letter", WORD[:1]) else value.replace(WORD, word)

    return [
        (changed("", text) or "", tuple((key, changed(key, value)) for key, value in attributes))
        for text, attributes in seen
    ]


def spaced(text: str) -> list[str]:
    """Its words: a plain text keeps no run of space."""
    return re.split(r"\s+", bare(text).strip())


def bare(text: str) -> str:
    """Without what keeps a foreign name apart from the sentence around it: it depends on the name."""
    return text.replace(FIRST_STRONG, "").replace(POP, "")


def bared(seen: Seen) -> Seen:
    return [
        (bare(text), tuple((key, value and bare(value)) for key, value in attributes))
        for text, attributes in seen
    ]


def check(word: str, name: str, language: str) -> None:
    subject, html, text = the_renderer().fill(person(word, name, language))
    plain_subject, plain_html, plain_text = harmless(name, language)
    assert bare(subject) == bare(one_line(plain_subject.replace(WORD, word)))
    assert bared(Skeleton(html).seen) == bared(replaced(plain_html, word, plain_subject))
    assert spaced(text) == spaced(plain_text.replace(WORD, word))
    email = the_renderer().render(person(word, name, language))
    message = BytesParser(policy=policy.default).parsebytes(email.content)
    assert str(message["Subject"]) == subject or "\ufffd" in str(message["Subject"])
    assert [str(one) for one in message.get_all("To", [])] == ["e@post.example"]
    assert not {"bcc", "cc"} & {header.lower() for header in message}
    parts = [part.get_content() for part in message.iter_parts()]
    assert [normal(part) for part in parts] == [normal(text), normal(html)]


TABLE = (
    "---\nsubject: Hello\n---\n<mjml><mj-body><mj-section>COLUMN<mj-table>"
    "{% for one in contact.attributes.all %}"
    '<tr title="{{ one }}"><td>'
    "<a href=\"https://shop.example/{{ one }}\" data-a='{{ one }}'>{{ one }}</a></td>"
    "</tr>"
    '<tr><td><img alt="{{ one }}" src="https://shop.example/?q={{ one | urlencode }}" /></td></tr>'
    "{% endfor %}</mj-table></mj-column></mj-section></mj-body></mjml>"
)


@pytest.mark.parametrize("column", ["<mj-column>", "{% if 1 %}{% endif %}<mj-column>"], ids=["once", "each"])
def test_a_thousand_naughty_attributes_are_text(column: str) -> None:
    renderer = TemplateRenderer({"t.mjml": TABLE.replace("COLUMN", column)}, the_definitions(), b"k" * 32, 1)
    assert renderer.uses_fallback("t") == ("{%" in column)
    page = [("tr", "title"), ("a", "href"), ("a", "data-a"), ("img", "alt"), ("img", "src")]
    for start in range(0, len(NAUGHTY), 200):
        words = NAUGHTY[start : start + 200]
        one = replace(
            person(WORD, LETTERS[0], "en"), template="t", facts={"contact": {"attributes": {"all": words}}}
        )
        _, html, text = renderer.fill(one)
        seen = Skeleton(html).seen
        found = [
            [value for tag, attrs in seen if tag == f"<{name}>" for key, value in attrs if key == attribute]
            for name, attribute in page
        ]
        links = [f"https://shop.example/{word}" for word in words]
        assert found[0][-len(words) :] == words
        assert found[1:3] == [links, words]
        assert found[3] == words
        assert [unquote((src or "").partition("q=")[2]) for src in found[4]] == words
        assert sum(tag == "</a>" for tag, _ in seen) == len(words)
        assert " ".join(spaced(text)).count("shop.example/") >= len(words)


ASCII_SPACE = re.compile("[\t\n\r]")
SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*(?=:)")
DISGUISED = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \t javascript:alert(1)",
    "\x01javascript:alert(1)",
    "\x00javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "\u2028javascript:alert(1)",
    "javascript\t:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "blob:https://shop.example/x",
    "file:///etc/passwd",
]


def scheme_for_a_browser(address: str) -> str:
    """As the URL standard reads it: control characters at the ends are nothing, nor are tabs anywhere."""
    cleaned = ASCII_SPACE.sub("", address.strip("".join(map(chr, range(33)))))
    found = SCHEME.match(cleaned)
    return found.group().lower() if found else ""


@pytest.mark.parametrize(
    "link",
    [
        '<mj-text><a href="{{ a }}">x</a></mj-text>',
        "<mj-text><a href='{% if a %}{{ a }}{% else %}{{ a }}{% endif %}'>x</a></mj-text>",
        '<mj-text><a href="{% if not a %}{{ a }}{% else %}{{ a }}{% endif %}">x</a></mj-text>',
        """<mj-text><a href="{{ '' }}{{ a }}">x</a></mj-text>""",
        '<mj-button href="{{ a }}">x</mj-button>',
        '<mj-image src="{{ a }}" alt="x" />',
    ],
)
def test_a_value_makes_no_link_but_of_four_kinds(link: str) -> None:
    mjml = (
        "---\nsubject: Hello\n---\n{% set a = contact.attributes.a %}"
        f"<mjml><mj-body><mj-section><mj-column>{link}</mj-column></mj-section></mj-body></mjml>"
    )
    renderer = TemplateRenderer({"t.mjml": mjml}, the_definitions(), b"k" * 32, 1)
    one = replace(person(WORD, LETTERS[0], "en"), template="t")
    for word in (*DISGUISED, *LISTED, *HOSTILE[::4]):
        try:
            html = renderer.fill(replace(one, facts={"contact": {"attributes": {"a": word}}}))[1]
        except RenderFailed:
            continue
        assert word not in DISGUISED
        links = [
            value or "" for _, attrs in Skeleton(html).seen for key, value in attrs if key in ("href", "src")
        ]
        assert word in links
        assert {scheme_for_a_browser(address) for address in links} <= {"", "https", "http", "mailto", "tel"}


def normal(text: str) -> str:
    """As a mail can carry it: with line ends of one kind."""
    return "\n".join(re.split(r"\r\n|\r|\n", text)).rstrip("\n").encode("utf-8", "replace").decode()


def strings(number: int) -> Iterator[str]:
    """Others for each letter and language, such that all have their turn."""
    start = number * EACH * TIMES
    return (NAUGHTY[(start + at) % len(NAUGHTY)] for at in range(min(EACH * TIMES, len(NAUGHTY))))


@pytest.mark.parametrize("name", LETTERS)
def test_naughty_strings_are_text_in_every_letter(name: str) -> None:
    for at, language in enumerate(READERS):
        for word in strings(LETTERS.index(name) * len(READERS) + at):
            check(word, name, language)


@pytest.mark.parametrize("name", LETTERS)
def test_names_of_the_world_are_unharmed_in_every_letter(name: str) -> None:
    for at, word in enumerate(OF_THE_WORLD):
        check(word, name, list(READERS)[at % len(READERS)])
