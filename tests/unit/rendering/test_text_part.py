"""The plain-text part: as a person would have written it."""

from __future__ import annotations

import pytest

from tests.unit.rendering.letters import column_letter, filled, text_letter

FACTS = {
    "contact": {"first_name": "Ann"},
    "items": [
        {"title": "Tea & co", "url": "https://a.example/1"},
        {"title": "Jam", "url": "https://a.example/2"},
    ],
}


def text_of(elements: str) -> str:
    return filled(column_letter(elements), facts=FACTS)[2]


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ("<mj-text>One</mj-text><mj-text>Two</mj-text>", "One\n\nTwo\n"),
        ("<mj-text>a <b>bold</b>\n   word</mj-text>", "a bold word\n"),
        ("<mj-text>a<br>b<br/>c</mj-text>", "a\nb\nc\n"),
        ("<mj-text><p>one</p><p>two</p></mj-text>", "one\n\ntwo\n"),
        ("<mj-text><h1>Head</h1>Body</mj-text>", "Head\n\nBody\n"),
        ("<mj-text><ul><li>one</li><li>two</li></ul></mj-text>", "- one\n- two\n"),
        ("<mj-text>Fish &amp; chips&nbsp;&lt;3</mj-text>", "Fish & chips <3\n"),
        (
            '<mj-button href="https://a.example/?a=1&amp;b=2">Go on</mj-button>',
            "Go on: https://a.example/?a=1&b=2\n",
        ),
        (
            '<mj-text>See <a href="https://a.example/">the shop</a>.</mj-text>',
            "See the shop: https://a.example/.\n",
        ),
        ('<mj-text><a href="https://a.example/">https://a.example/</a></mj-text>', "https://a.example/\n"),
        ('<mj-text><a href="mailto:x@a.example">x@a.example</a></mj-text>', "x@a.example\n"),
        (
            '<mj-image src="https://a.example/i.png" alt="A fox" href="https://a.example/fox" />',
            "A fox: https://a.example/fox\n",
        ),
        ('<mj-image src="https://a.example/i.png" alt="" /><mj-text>x</mj-text>', "x\n"),
        ("<mj-text>a</mj-text><mj-divider /><mj-text>b</mj-text>", "a\n\n----\n\nb\n"),
        ('<mj-text>a<span aria-hidden="true">decoration</span>b</mj-text>', "ab\n"),
        ("<mj-raw><!-- hidden --><style>x{}</style></mj-raw><mj-text>x</mj-text>", "x\n"),
        ("<mj-table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></mj-table>", "A  B\n1  2\n"),
        (
            (
                '<mj-social><mj-social-element href="https://a.example/s" '
                'src="https://a.example/i.png">Follow</mj-social-element></mj-social>'
            ),
            "Follow: https://a.example/s\n",
        ),
    ],
)
def test_html_becomes_readable_text(elements: str, text: str) -> None:
    assert text_of(elements) == text


def test_rows_of_a_loop_are_lines_with_their_address_below() -> None:
    rows = (
        '<mj-table>{% for item in items %}<tr><td><img src="https://a.example/i" alt="{{ item.title }}"></td>'
        '<td><a href="{{ item.url }}">{{ item.title }}</a></td><td>{{ loop.index }}</td></tr>{% '
        "endfor %}</mj-table>"
    )
    assert text_of(rows) == "Tea & co  1\nhttps://a.example/1\n\nJam  2\nhttps://a.example/2\n"


def test_a_scale_of_links_in_one_row_gives_a_line_each() -> None:
    scale = (
        '<mj-table><tr>{% for n in range(3) %}<td><a href="https://a.example/{{ n }}">{{ n '
        "}}</a></td>{% endfor %}</tr></mj-table>"
    )
    lines = text_of(scale).split("\n")
    assert [line for line in lines if line] == [
        "0: https://a.example/0",
        "1: https://a.example/1",
        "2: https://a.example/2",
    ]


def test_a_condition_around_elements_holds_in_the_text_as_well() -> None:
    assert (
        text_of("{% if items | length > 5 %}<mj-text>no</mj-text>{% else %}<mj-text>yes</mj-text>{% endif %}")
        == "yes\n"
    )


def test_what_an_author_writes_is_not_read_as_jinja() -> None:
    assert (
        filled(text_letter("a &#123;&#123; 7 &#125;&#125; b {% raw %}{{ c }}{% endraw %}"))[2]
        == "a {{ 7 }} b {{ c }}\n"
    )


def test_a_text_file_beside_the_letter_is_used_instead() -> None:
    files = {"welcome/hello.txt": "Dear {{ contact.first_name }} & co,\n\n\n\nbye"}
    assert filled(text_letter("x"), files)[2] == "Dear Ann & co,\n\nbye\n"
