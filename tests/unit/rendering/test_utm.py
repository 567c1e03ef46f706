"""`brand.utm`: which links carry parameters, and that nothing else of an address changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.definitions import Definitions
from penfriend.domain.utm import Utm
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.utm import LinkTags
from tests.unit.rendering.letters import (
    BRAND,
    DEFINITIONS,
    HEAD,
    KEY,
    column_letter,
    letter,
    renderer,
    text_letter,
    told,
)

SHORT = Utm("n", medium="", campaign="", content="")
PAIRS = (("utm_source", "n"),)


def with_utm(utm: Utm | None = SHORT) -> Definitions:
    return replace(DEFINITIONS, brand=replace(BRAND, utm=utm))


def made(
    mjml: str, utm: Utm | None = SHORT, files: dict[str, str] | None = None, **facts: object
) -> tuple[str, str]:
    """HTML and text of a letter."""
    _, html, text = renderer(mjml, files, definitions=with_utm(utm)).fill(
        letter(facts={"contact": {"first_name": "Ann"}, **facts})
    )
    return html, text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://a.example", "https://a.example?utm_source=n"),
        ("http://a.example/x", "http://a.example/x?utm_source=n"),
        ("HTTPS://A.example/x", "HTTPS://A.example/x?utm_source=n"),
        ("https://a.example/?a=%20b&c", "https://a.example/?a=%20b&c&utm_source=n"),
        ("https://a.example/?a=1;b=é", "https://a.example/?a=1;b=é&utm_source=n"),
        ("https://a.example/?", "https://a.example/?utm_source=n"),
        ("https://a.example/?a=1&", "https://a.example/?a=1&utm_source=n"),
        ("https://a.example/#part", "https://a.example/?utm_source=n#part"),
        ("https://a.example/?a=1#?b=2", "https://a.example/?a=1&utm_source=n#?b=2"),
        ("https://a.example/?utm_source=mine", "https://a.example/?utm_source=mine"),
        ("https://a.example/?utm_sources=mine", "https://a.example/?utm_sources=mine&utm_source=n"),
        ("https://a.example/x \n", "https://a.example/x?utm_source=n \n"),
        ("mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"),
        ("tel:+441", "tel:+441"),
        ("#top", "#top"),
        ("/relative", "/relative"),
        ("", ""),
        ("https://acorn.example/u/abc", "https://acorn.example/u/abc"),
        ("https://acorn.example/view/abc", "https://acorn.example/view/abc"),
        ("https://acorn.example/used", "https://acorn.example/used?utm_source=n"),
    ],
)
def test_an_address_gets_what_it_lacks_and_stays_as_it_was(before: str, after: str) -> None:
    assert LinkTags(PAIRS, "https://acorn.example").add(before, html=False) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&amp;b=2&amp;utm_source=n"),
        ("https://a.example/?a=&#39;b&#39;#x", "https://a.example/?a=&#39;b&#39;&amp;utm_source=n#x"),
        ("https://a.example/?a=1&#x", "https://a.example/?a=1&utm_source=n#x"),
        ("https://a.example/?a&amp;utm_source=b", "https://a.example/?a&amp;utm_source=b"),
        ("https://a.example/?a=1&amp;", "https://a.example/?a=1&amp;utm_source=n"),
    ],
)
def test_an_address_in_html_stays_html(before: str, after: str) -> None:
    assert LinkTags(PAIRS, "https://acorn.example").add(before, html=True) == after


def test_each_parameter_that_is_there_already_is_kept() -> None:
    tags = LinkTags((("utm_source", "n"), ("utm_medium", "email")), "https://acorn.example")
    assert (
        tags.add("https://a.example/?utm_medium=x", html=False)
        == "https://a.example/?utm_medium=x&utm_source=n"
    )


def test_values_name_campaign_step_and_topic_and_are_encoded() -> None:
    utm = Utm("News & more", campaign="{{campaign}}-{{ topic }}", term="ü")
    assert dict(utm.pairs({"campaign": "welcome", "step": "welcome/hello", "topic": "offers"})) == {
        "utm_source": "News%20%26%20more",
        "utm_medium": "email",
        "utm_campaign": "welcome-offers",
        "utm_content": "welcome/hello",
        "utm_term": "%C3%BC",
    }


def test_links_of_html_and_text_carry_them() -> None:
    html, text = made(
        column_letter(
            '<mj-text>See <a class="x" href="https://a.example/">the shop</a>.</mj-text>'
            '<mj-button href="https://b.example/?a=1">Go on</mj-button>'
            '<mj-image src="https://i.example/p.png" href="https://c.example/#x" alt="Picture" />'
            "<mj-text><a href='https://d.example'>https://d.example</a></mj-text>"
        )
    )
    assert '<a class="x" href="https://a.example/?utm_source=n">' in html
    assert 'href="https://b.example/?a=1&amp;utm_source=n"' in html
    assert 'href="https://c.example/?utm_source=n#x"' in html
    assert "href='https://d.example?utm_source=n'" in html
    assert 'src="https://i.example/p.png"' in html
    assert text == (
        "See the shop: https://a.example/?utm_source=n.\n\n"
        "Go on: https://b.example/?a=1&utm_source=n\n\n"
        "Picture: https://c.example/?utm_source=n#x\n\n"
        "https://d.example?utm_source=n\n"
    )


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("{{ cart.url }}", "https://a.example/?b=1&amp;c=%27&amp;utm_source=n"),
        ("https://s.example/{{ contact.first_name }}#{{ locale }}", "https://s.example/Ann?utm_source=n#en"),
        (
            "{% if cart.url %}https://x.example/{% else %}https://y.example/{% endif %}",
            "https://x.example/?utm_source=n",
        ),
    ],
)
def test_addresses_of_the_data_carry_them(address: str, found: str) -> None:
    facts = {"cart": {"url": "https://a.example/?b=1&c=%27"}}
    for mjml in (
        text_letter(f'<a href="{address}">go</a>'),
        column_letter(f'<mj-button href="{address}">go</mj-button>'),
    ):
        html, text = made(mjml, files=None, utm=SHORT, **facts)
        assert f'href="{found}"' in html
        assert text == f"go: {found.replace('&amp;', '&')}\n"


def test_a_script_in_the_data_still_makes_no_link() -> None:
    mjml = column_letter('<mj-button href="{{ cart.url }}">go</mj-button>')
    with pytest.raises(Exception, match="a link cannot begin with"):
        made(mjml, cart={"url": "javascript:alert(1)"})


def test_the_plain_text_says_each_link_as_it_did() -> None:
    mjml = text_letter(
        'a<a href="https://a.example"> https://a.example </a>b <a href="#top">up</a>'
        ' <a href="mailto:a@b.example">a@b.example</a>'
        ' <a href="https://c.example"><img src="x.png" alt="" /></a>'
    )
    plain, carried = made(mjml, utm=None)[1], made(mjml)[1]
    assert plain == "a https://a.example b up a@b.example https://c.example\n"
    assert carried == "a https://a.example?utm_source=n b up a@b.example https://c.example?utm_source=n\n"


def test_our_own_links_carry_none() -> None:
    html, text = made(
        text_letter(
            '<a href="{{ links.unsubscribe }}">a</a> <a href="{{ links.preferences }}">b</a>'
            '<a href="{{ links.view_online }}">c</a> <a href="{{ links.confirm }}">d</a>'
        )
    )
    assert html.count("https://acorn.example/") == 4
    assert "utm_" not in html + text


def test_a_link_that_is_marked_off_carries_none() -> None:
    html, text = made(
        column_letter(
            '<mj-text><a data-utm="off" href="https://a.example/">a</a></mj-text>'
            '<mj-button data-utm="off" href="https://b.example/">b</mj-button>'
            '<mj-image data-utm="off" href="https://c.example/" src="https://i.example/p.png" alt="c" />'
        )
    )
    assert "utm_" not in html + text
    assert "data-utm" not in html.replace('<a data-utm="off"', "")


def test_a_social_network_gets_none() -> None:
    share = '<mj-social-element name="facebook" href="https://a.example/" src="https://i.example/f.png" />'
    html, text = made(column_letter(f"<mj-social>{share}</mj-social>"))
    assert "https://a.example/" in html
    assert "utm_" not in html + text


def test_only_off_can_be_said_and_only_of_a_link() -> None:
    mjml = column_letter(
        '<mj-button data-utm="on" href="https://b.example/">b</mj-button><mj-text data-utm="off">x</mj-text>'
    )
    texts = told(renderer(mjml).check())
    assert texts == [
        'templates/welcome/hello.mjml:4:60: data-utm="on" is not right for <mj-button>; it is one of: off.',
        'templates/welcome/hello.mjml:4:112: <mj-text> has no attribute "data-utm".',
    ]


def test_a_link_in_a_translated_text_carries_them() -> None:
    po = 'msgid "Go <a href=\\"https://a.example/\\">on</a>"\nmsgstr "Git <a href=\\"https://t.example/\\">git</a>"\n'
    files = {"locale/tr/LC_MESSAGES/messages.po": po}
    mjml = text_letter('{% trans %}Go <a href="https://a.example/">on</a>{% endtrans %}')
    known = renderer(mjml, files, definitions=with_utm())
    for locale, host in (("en", "a"), ("tr", "t")):
        _, html, _ = known.fill(letter(locale=locale))
        assert f'href="https://{host}.example/?utm_source=n"' in html


def test_a_text_of_ones_own_carries_them() -> None:
    files = {
        "welcome/hello.txt": "Go to https://a.example/{{ contact.first_name }}. Or (https://b.example).\n"
    }
    _, text = made(text_letter("x"), files=files)
    assert text == "Go to https://a.example/Ann?utm_source=n. Or (https://b.example?utm_source=n).\n"


def test_a_letter_that_is_compiled_for_each_mail_carries_them() -> None:
    mjml = (
        f"{HEAD}<mjml><mj-body><mj-section>{{% for n in range(2) %}}<mj-column>"
        '<mj-button href="https://a.example/{{ n }}">go</mj-button>'
        "</mj-column>{% endfor %}</mj-section></mj-body></mjml>"
    )
    known = renderer(mjml, definitions=with_utm())
    assert known.uses_fallback("welcome/hello")
    _, html, text = known.fill(letter())
    for number in (0, 1):
        assert f'href="https://a.example/{number}?utm_source=n"' in html
        assert f"https://a.example/{number}?utm_source=n" in text


def test_without_it_a_letter_is_as_it_always_was() -> None:
    mjml = column_letter(
        '<mj-text><a href="https://a.example/?a=1&b=2">x</a></mj-text><mj-button href="https://b.example">y</mj-button>'
    )
    assert made(mjml, utm=None) == renderer(mjml).fill(letter())[1:]


@pytest.mark.parametrize(
    ("brand", "carried"),
    [
        (None, "https://a.example/?utm_source=n"),
        (
            "oak",
            "https://a.example/?utm_source=oak&utm_medium=email&utm_campaign=welcome&utm_content=welcome/hello",
        ),
        ("quiet", "https://a.example/"),
    ],
)
def test_each_brand_has_its_own(brand: str | None, carried: str) -> None:
    mjml = text_letter('<a href="https://a.example/">x</a>')
    brands = {"oak": replace(BRAND, utm=Utm("oak")), "quiet": BRAND}
    known = renderer(mjml, definitions=replace(with_utm(), brands=brands)).definitions
    campaigns = {"welcome": replace(known.campaigns["welcome"], brand=brand)}
    one = TemplateRenderer({"welcome/hello.mjml": mjml}, replace(known, campaigns=campaigns), KEY, 1)
    assert one.fill(letter())[2] == f"x: {carried}\n"
