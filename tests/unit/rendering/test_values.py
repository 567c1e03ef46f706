"""Values of people stay as they are: in text, in attributes and in links, by the compiled way and by the
fallback."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from penfriend.domain.errors import RenderFailed
from tests.unit.rendering.letters import column_letter, filled, renderer, text_letter

NAUGHTY = [
    "Zoë ❤️",
    "👨\u200d👩\u200d👧\u200d👦",
    "a\u00a0b",
    "नमस्ते क्\u200dष",
    "مرحبًا بالعالم!",
    'say "hi"',
    "O'Neil & Sons",
    "C:\\new\\table",
    "<script>alert(1)</script>",
    "</mj-text><mj-text>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{#",
    "pfjinja000001z",
    "pfjinjaslot000000z",
    "pfjinjakept000000z",
    "%s %(name)s",
    "&amp; &lt;",
    "soft\u00adhyphen",
    "e\u0301",
    "\\u{200d}",
    "--> <!--",
    "]]>",
    "$1 \\1",
]

ELEMENTS = (
    '<mj-text css-class="value">{{ contact.first_name }}</mj-text>'
    '<mj-image src="https://shop.example/i.png" alt="{{ contact.first_name }}" />'
    '<mj-button href="https://shop.example/?name={{ contact.first_name }}">Go</mj-button>'
    '<mj-text><a href="https://shop.example/?in={{ contact.first_name }}" title="{{ '
    'contact.first_name }}">x</a></mj-text>'
)
COMPILED = column_letter(ELEMENTS)
# The number of columns depends on the data, so mrml runs for each message.
FALLBACK = COMPILED.replace("<mj-column>", "{% for one in [1, 2] %}<mj-column>").replace(
    "</mj-column>", "</mj-column>{% endfor %}"
)


class Seen(HTMLParser):
    """What a mail program would see."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.alts: set[str | None] = set()
        self.titles: set[str | None] = set()
        self.links: set[str | None] = set()
        self.tags: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        if tag == "img":
            self.alts.add(values["alt"])
        if tag == "a":
            self.links.add(values["href"])
            self.titles.add(values.get("title"))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def facts(name: object) -> dict[str, object]:
    return {"contact": {"first_name": name, "attributes": {}}}


def test_the_two_templates_of_this_file_go_the_two_ways() -> None:
    assert not renderer(COMPILED).uses_fallback("welcome/hello")
    assert renderer(FALLBACK).uses_fallback("welcome/hello")


@pytest.mark.parametrize("mjml", [COMPILED, FALLBACK], ids=["compiled", "fallback"])
@pytest.mark.parametrize("name", NAUGHTY)
def test_a_value_is_unharmed_in_text_attributes_and_links(mjml: str, name: str) -> None:
    html = filled(mjml, facts=facts(name))[1]
    seen = Seen(html)
    assert any(name in text for text in seen.text)
    assert seen.alts == {name}
    assert {f"https://shop.example/?name={name}", f"https://shop.example/?in={name}"} == seen.links
    assert name in seen.titles


@pytest.mark.parametrize("mjml", [COMPILED, FALLBACK], ids=["compiled", "fallback"])
@pytest.mark.parametrize("name", NAUGHTY)
def test_a_value_brings_no_elements(mjml: str, name: str) -> None:
    assert Seen(filled(mjml, facts=facts(name))[1]).tags == Seen(filled(mjml, facts=facts("Ann"))[1]).tags


@pytest.mark.parametrize("name", NAUGHTY)
def test_a_value_is_unharmed_in_subject_and_plain_text(name: str) -> None:
    mjml = text_letter("Dear {{ contact.first_name }}", "---\nsubject: Hi {{ contact.first_name }}\n---\n")
    subject, _, text = filled(mjml, facts=facts(name))
    assert subject == f"Hi {name}".replace("\u00a0", " ")
    assert text == f"Dear {name}\n"


@pytest.mark.parametrize(
    "text", ["Żółw ❤️", "Tom &quot;x&quot; &amp; co", "back\\slash", "a&nbsp;b", "tab\there"]
)
def test_what_an_author_writes_in_an_attribute_is_unharmed(text: str) -> None:
    html = filled(column_letter(f'<mj-image src="https://shop.example/i.png" alt="{text}" />'))[1]
    assert f'alt="{text}"' in html


def test_a_double_quote_inside_single_quotes_is_unharmed() -> None:
    html = filled(
        column_letter("<mj-image src='https://shop.example/i.png' alt='Tom \"x\" {{ brand.name }}' />")
    )[1]
    assert Seen(html).alts == {'Tom "x" Acorn & Oak'}


@pytest.mark.parametrize("content", ["a<br>b", "a &nbsp; b", "1 < 2", "<p>one<p>two", "<i>❤️</i>"])
def test_the_html_of_mj_text_comes_out_as_it_was_written(content: str) -> None:
    assert f">{content}</div>" in filled(text_letter(content))[1]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x"]
)
@pytest.mark.parametrize(
    "element",
    [
        '<mj-button href="{{ contact.first_name }}">x</mj-button>',
        '<mj-text><a href="{{ contact.first_name }}">x</a></mj-text>',
        '<mj-text><a href="{% if 1 %}{{ contact.first_name }}{% endif %}">x</a></mj-text>',
        "<mj-text><img src='{{ contact.first_name }}' alt=''></mj-text>",
    ],
)
def test_a_value_cannot_make_a_link_that_runs_something(address: str, element: str) -> None:
    with pytest.raises(RenderFailed, match="a link cannot begin with"):
        filled(column_letter(element), facts=facts(address))


@pytest.mark.parametrize(
    "address", ["https://shop.example/?a=1&b=2", "mailto:ann@shop.example", "tel:+44123", "/path", ""]
)
def test_a_value_can_be_an_ordinary_link(address: str) -> None:
    html = filled(
        column_letter('<mj-button href="{{ contact.first_name }}">x</mj-button>'), facts=facts(address)
    )[1]
    assert address in Seen(html).links


def test_a_width_from_the_data_is_read_by_mjml() -> None:
    mjml = column_letter(
        '<mj-image width="{{ contact.first_name }}px" src="https://shop.example/i.png" alt="x" />'
    )
    assert renderer(mjml).uses_fallback("welcome/hello")
    assert 'width="120"' in filled(mjml, facts=facts(120))[1]


def test_a_width_that_is_no_plain_value_fails_its_own_letter() -> None:
    mjml = column_letter(
        '<mj-image width="{{ contact.first_name }}px" src="https://shop.example/i.png" alt="x" />'
    )
    with pytest.raises(RenderFailed, match=r"hello\.mjml:4:\d+: MJML reads this value itself"):
        filled(mjml, facts=facts('1" onload="x'))
