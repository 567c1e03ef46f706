"""Tracked links: which are, where they lead, and what a letter has at its end."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from penfriend.domain.definitions import Definitions
from penfriend.domain.letter import Letter
from penfriend.domain.tokens import TRAP, Claim, Purpose
from penfriend.domain.tracking import BY_WORD, NOTHING, WHOLE, Tracking
from penfriend.domain.utm import Utm
from penfriend.rendering.tokens import read, read_link, sign
from penfriend.rendering.tracked import LONGEST
from tests.unit.rendering.letters import (
    BRAND,
    DEFINITIONS,
    KEY,
    column_letter,
    letter,
    renderer,
    text_letter,
)

BASE = "https://acorn.example"


class Attributes(HTMLParser):
    """The tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tracked(tracking: Tracking = WHOLE, utm: Utm | None = None) -> Definitions:
    return replace(DEFINITIONS, brand=replace(BRAND, tracking=tracking, utm=utm))


def to_ann(**facts: object) -> Letter:
    plain = letter(facts={"contact": {"first_name": "Ann", "attributes": {}}, **facts})
    return replace(plain, tracks_clicks=True, tracks_opens=True)


def made(mjml: str, definitions: Definitions | None = None, **facts: object) -> tuple[str, str]:
    """HTML and text."""
    _, html, text = renderer(mjml, definitions=definitions or tracked()).fill(to_ann(**facts))
    return html, text


def links(html: str) -> list[str]:
    return [
        values["href"] or "" for tag, values in Attributes(html).tags if tag == "a" and values.get("href")
    ]


def leads(address: str) -> tuple[int, str]:
    """Number and address of a tracked link of the mail to Ann."""
    assert address.startswith(f"{BASE}/c/")
    found = read_link(address.removeprefix(f"{BASE}/c/"), KEY)
    assert found is not None
    claim, url = found
    assert (claim.purpose, claim.contact, claim.message) == (Purpose.CLICK, 3, 7)
    return claim.value, url


def targets(html: str) -> list[tuple[int, str]]:
    """Of all tracked links but the one that nobody sees."""
    found = [leads(one) for one in links(html) if one.startswith(f"{BASE}/c/")]
    return [one for one in found if one[0] != TRAP]


def test_links_of_the_html_lead_through_the_service_and_the_text_stays_readable() -> None:
    html, text = made(
        column_letter(
            '<mj-text>See <a href="https://a.example/">the shop</a></mj-text>'
            '<mj-button href="https://b.example/?x=1&amp;y=2#z">Go</mj-button>'
            '<mj-image src="https://i.example/p.png" href="https://c.example" alt="Picture" />'
        )
    )
    assert targets(html) == [
        (1, "https://a.example/"),
        (2, "https://b.example/?x=1&y=2#z"),
        (3, "https://c.example"),
    ]
    assert 'src="https://i.example/p.png"' in html
    assert text == (
        "See the shop: https://a.example/\n\nGo: https://b.example/?x=1&amp;y=2#z\n\n"
        "Picture: https://c.example\n"
    ).replace("&amp;", "&")


def test_parameters_are_added_first() -> None:
    utm = Utm("n", medium="", campaign="", content="")
    html, text = made(text_letter('<a href="https://a.example/#b">x</a>'), tracked(utm=utm))
    assert targets(html) == [(1, "https://a.example/?utm_source=n#b")]
    assert text == "x: https://a.example/?utm_source=n#b\n"


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="mailto:a@b.example">x</a>',
        '<a href="tel:+441">x</a>',
        '<a href="#top">x</a>',
        '<a href="{{ links.unsubscribe }}">x</a>',
        '<a href="{{ links.preferences }}">x</a>',
        '<a href="{{ links.view_online }}">x</a>',
        '<a href="{{ links.confirm }}">x</a>',
        '<a data-track="off" href="https://a.example/">x</a>',
        "<a href='https://a.example/' data-track='off' class='x'>x</a>",
        "<a href='https://a.example/' data-track=off>x</a>",
        '<a data-track="No" href="https://a.example/">x</a>',
        '<a href="https://user@a.example/">x</a>',
        '<a href="https://bücher.example/">x</a>',
        f'<a href="https://a.example/{"x" * LONGEST}">x</a>',
    ],
)
def test_a_link_that_is_not_tracked_stays_as_it_was(anchor: str) -> None:
    mjml = text_letter(anchor)
    html, _ = made(mjml)
    plain, _ = made(mjml, tracked(NOTHING))
    assert targets(html) == []
    assert links(html)[:1] == links(plain)
    assert "data-track" not in html


@pytest.mark.parametrize(
    "element",
    [
        '<mj-button data-track="off" href="https://b.example/">x</mj-button>',
        '<mj-image data-track="off" href="https://b.example/" src="https://i.example/p.png" alt="x" />',
    ],
)
def test_an_element_can_say_that_it_is_not_tracked(element: str) -> None:
    html, text = made(column_letter(element))
    assert targets(html) == []
    assert "https://b.example/" in html
    assert "data-track" not in html + text


def test_only_off_can_be_said_and_only_of_a_link() -> None:
    mjml = column_letter('<mj-button data-track="no" href="https://b.example/">b</mj-button>')
    assert [problem.text for problem in renderer(mjml).check()] == [
        'data-track="no" is not right for <mj-button>; it is one of: off.'
    ]


def test_each_is_off_by_itself() -> None:
    utm = Utm("n", medium="", campaign="", content="")
    html, _ = made(
        text_letter(
            '<a data-utm="off" href="https://a.example/">a</a><a data-track="off" href="https://b.example/">b</a>'
            '<a data-track="off" data-utm="off" href="https://c.example/">c</a>'
        ),
        tracked(utm=utm),
    )
    assert targets(html) == [(1, "https://a.example/")]
    assert links(html)[1:3] == ["https://b.example/?utm_source=n", "https://c.example/"]
    assert "data-" not in html


def test_links_of_the_data_and_of_loops_are_tracked_one_by_one() -> None:
    html, _ = made(
        text_letter('{% for item in cart["items"] %}<a href="{{ item.url }}">x</a>{% endfor %}'),
        cart={"items": [{"url": f"https://a.example/?q={one}"} for one in ("a&b", "'\"<>", "\\ü")]},
    )
    assert targets(html) == [
        (1, "https://a.example/?q=a&b"),
        (2, "https://a.example/?q='\"<>"),
        (3, "https://a.example/?q=\\%C3%BC"),
    ]


def test_a_link_in_a_translated_text_is_tracked() -> None:
    html, _ = made(text_letter('{% trans %}Go <a href="https://a.example/">on</a>{% endtrans %}'))
    assert targets(html) == [(1, "https://a.example/")]


def test_a_social_network_is_not_tracked() -> None:
    share = '<mj-social-element name="facebook" href="https://a.example/" src="https://i.example/f.png" />'
    html, _ = made(column_letter(f"<mj-social>{share}</mj-social>"))
    assert targets(html) == []


def test_a_letter_that_is_compiled_for_each_mail_is_tracked_too() -> None:
    mjml = (
        "---\nsubject: x\n---\n<mjml><mj-body><mj-section>"
        "{% if contact.first_name %}<mj-column>"
        '<mj-button href="https://a.example/?b=\'">x</mj-button></mj-column>{% endif %}'
        "</mj-section></mj-body></mjml>"
    )
    known = renderer(mjml, definitions=tracked())
    assert known.uses_fallback("welcome/hello")
    html = known.fill(to_ann())[1]
    assert targets(html) == [(1, "https://a.example/?b='")]
    assert html.count("/o/") == 1


@pytest.mark.parametrize(
    ("word", "clicks", "opens"), [("yes", 1, 1), ("clicks", 1, 0), ("opens", 0, 1), ("no", 0, 0)]
)
def test_what_is_tracked_is_what_the_brand_says(word: str, clicks: int, opens: int) -> None:
    html, text = made(text_letter('<a href="https://a.example/">x</a>'), tracked(BY_WORD[word]))
    assert len(targets(html)) == clicks
    assert html.count(f"{BASE}/c/") == 2 * clicks
    assert html.count(f"{BASE}/o/") == opens
    assert "/o/" not in text


def test_nothing_is_tracked_but_in_a_letter_that_says_so() -> None:
    """A preview, a test mail."""
    _, html, _ = renderer(text_letter('<a href="https://a.example/">x</a>'), definitions=tracked()).fill(
        letter()
    )
    assert BASE not in html


def test_the_foot_takes_no_room_and_nobody_meets_it() -> None:
    html, text = made(text_letter("x"))
    trap, dot = Attributes(html[html.index("<a href") :]).tags
    assert trap[1].pop("href") is not None
    assert trap == (
        "a",
        {"rel": "nofollow", "tabindex": "-1", "aria-hidden": "true", "style": "display:none;mso-hide:all"},
    )
    assert leads(links(html)[0]) == (TRAP, "")
    source = dot[1].pop("src") or ""
    assert dot == (
        "img",
        {"width": "1", "height": "1", "alt": "", "style": "display:block;border:0;width:1px;height:1px"},
    )
    token = source.removeprefix(f"{BASE}/o/").removesuffix(".gif")
    assert read(token, Purpose.OPEN, KEY) == Claim(Purpose.OPEN, 3, 7)
    assert re.search(r"height:1px\" /></body>\s*</html>\s*$", html)
    assert text == "x\n"


def test_a_copy_has_the_same_bytes() -> None:
    known = renderer(text_letter('<a href="https://a.example/">x</a>'), definitions=tracked())
    assert known.render(to_ann()).digest == known.render(to_ann()).digest


def test_a_link_token_is_good_for_nothing_else() -> None:
    html, _ = made(text_letter('<a href="https://a.example/">x</a>'))
    token = links(html)[0].removeprefix(f"{BASE}/c/")
    assert all(read(token, purpose, KEY) is None for purpose in Purpose)
    other = sign(Claim(Purpose.UNSUBSCRIBE, 3, 7), KEY)
    assert read_link(other, KEY) is None
    assert read_link(token, b"another key of the same length!!") is None
    assert read_link(token, [b"another key of the same length!!", KEY]) is not None


def test_no_change_of_a_link_token_is_good() -> None:
    html, _ = made(text_letter('<a href="https://a.example/">x</a><a href="https://b.example/">x</a>'))
    one, two = (link.removeprefix(f"{BASE}/c/") for link in links(html)[:2])
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    for at in range(len(one)):
        for other in (letters[(letters.index(one[at]) + step) % 64] for step in (1, 2, 32)):
            assert read_link(one[:at] + other + one[at + 1 :], KEY) is None
    for at in range(1, len(one)):
        assert read_link(one[:at] + two[at:], KEY) is None or one[:at] + two[at:] in (one, two)
    for broken in ("", "=", "A", one[:-1], one + "A", one + "=", "é", "A" * 5000, one[:20]):
        assert read_link(broken, KEY) is None
