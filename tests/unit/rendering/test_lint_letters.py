"""What a reader, a mail program or a law would not like: for each code letters that have it, at its place,
and letters that nearly do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from penfriend.domain.campaign import Campaign, EventTrigger, Kind, Send
from penfriend.domain.problems import Place
from penfriend.rendering import TemplateRenderer
from tests.unit.rendering.letters import BRAND, DEFINITIONS, KEY, findings
from tests.unit.rendering.sound_letter import FOOTER, HERE, WORDS, Written, found_in, places

IMG = '<img alt="" src="https://a.example/a" />'
LINK = '<mj-button href="https://a.example/">Go</mj-button>'
SOCIAL = (
    '<mj-social><mj-social-element href="https://a.example/" src="https://a.example/a.png" {}>{}'
    "</mj-social-element></mj-social>"
)
CAROUSEL = (
    "<mj-carousel>{% for i in [1] %}<mj-carousel-image alt='A' src='https://a.example/a' />"
    "{% endfor %}</mj-carousel>"
)
PICTURE = '<mj-image src="https://a.example/a.png" alt="A" />'


def test_nothing_is_found_in_a_sound_letter() -> None:
    assert found_in(Written(LINK + PICTURE)) == []


@pytest.mark.parametrize(
    ("code", "elements", "place"),
    [
        ("insecure-link", '<mj-button href="http://a.example/">Go</mj-button>', "5:56"),
        ("insecure-link", '<mj-text><a href="http://{{ 1 }}.example/">Go</a></mj-text>', "5:57"),
        ("insecure-link", '<mj-image alt="A" src="http://a.example/a.png" />', "5:62"),
        ("insecure-link", "<mj-text>\n<img alt='A' src='http://a.example/a.png' /></mj-text>", "6:19"),
        (
            "insecure-link",
            '<mj-text>{% if 0 %}<a href="HTTP://a.example/">x</a>{% endif %}</mj-text>',
            "5:67",
        ),
        (
            "insecure-link",
            '{% set to = "http://a.example" %}<mj-button href="{{ to }}/x">Go</mj-button>',
            "5:39",
        ),
        ("placeholder-link", '<mj-button href="#">Go</mj-button>', "5:56"),
        ("placeholder-link", '<mj-text><a href="">Go</a></mj-text>', "5:57"),
        ("placeholder-link", '<mj-text><a href="*|LINK|*">Go</a></mj-text>', "5:57"),
        ("placeholder-link", '<mj-text><a href="https://">Go</a></mj-text>', "5:57"),
        ("placeholder-link", '<mj-text><a href="www.a.example">Go</a></mj-text>', "5:57"),
        ("placeholder-link", '<mj-text><a href="javascript:go()">Go</a></mj-text>', "5:57"),
        ("placeholder-link", "<mj-button>Go</mj-button>", "5:39"),
        ("empty-link", '<mj-text><a href="https://a.example/"> &nbsp; </a></mj-text>', "5:48"),
        ("empty-link", f'<mj-text><a href="https://a.example/">{IMG}</a></mj-text>', "5:48"),
        ("empty-link", '<mj-text><a href="https://a.example/">{% if 1 %}{% endif %}</a></mj-text>', "5:48"),
        ("empty-link", '<mj-button href="https://a.example/"> </mj-button>', "5:39"),
        ("empty-link", '<mj-image alt="" href="https://a.example/" src="https://a.example/a.png" />', "5:39"),
        ("missing-alt", '<mj-image src="https://a.example/a.png" />', "5:39"),
        ("missing-alt", SOCIAL.format("", ""), "5:50"),
        ("missing-alt", '<mj-text><b>x</b> <img src="https://a.example/a.png" /></mj-text>', "5:57"),
        ("missing-alt", '<mj-text>{% if 0 %}<img src="https://a.example/a" />{% endif %}</mj-text>', "5:58"),
        ("low-contrast", '<mj-text color="#999999">x</mj-text>', "5:39"),
        ("low-contrast", '<mj-text>x <b style="color:{{ "#999" }}">x</b></mj-text>', "5:50"),
        ("low-contrast", '<mj-text container-background-color="#666">x</mj-text>', "5:39"),
        ("low-contrast", '<mj-text font-size="24px" color="#999999">x</mj-text>', "5:39"),
        ("low-contrast", '<mj-button background-color="gold" href="https://a.example">x</mj-button>', "5:39"),
        ("unsupported-css", '<mj-text><p style="margin:0;display:flex">x</p></mj-text>', "5:67"),
        ("unsupported-css", '<mj-text><p style="width:calc(100% - 2px)">x</p></mj-text>', "5:58"),
        ("unsupported-css", '<mj-text><p style="padding:2rem">x</p></mj-text>', "5:58"),
        ("unsupported-css", "<mj-raw><style>p { position: absolute }</style></mj-raw>", "5:58"),
        ("unsupported-html", "<mj-text><video></video></mj-text>", "5:48"),
        ("unsupported-html", '<mj-text><input type="radio" /></mj-text>', "5:48"),
        ("unsupported-html", '<mj-image alt="A" src="https://a.example/a.svg?x=1" />', "5:62"),
        ("unsupported-html", '<mj-image alt="A" src="data:image/png;base64,AA==" />', "5:62"),
        (
            "compiled-for-each-mail",
            '<mj-image alt="A" src="https://a.example/a" width="{{ 100 }}px" />',
            "5:90",
        ),
    ],
)
def test_a_thing_is_found_at_its_place(code: str, elements: str, place: str) -> None:
    found = found_in(Written(elements))
    assert [(one.code, str(one.place)) for one in found] == [(code, f"{HERE}:{place}")], found


@pytest.mark.parametrize(
    "elements",
    [
        '<mj-button href="mailto:a@a.example">Go</mj-button>',
        '<mj-button href="{{ brand.public_url }}/a">Go</mj-button>',
        '<mj-text><a href="#below">Go</a> <a name="below"></a></mj-text>',
        '<mj-text><a href="https://a.example/">{{ brand.name }}</a></mj-text>',
        '<mj-text><a href="https://a.example/"><img alt="A" src="https://a.example/a" /></a></mj-text>',
        f'<mj-text><a href="https://a.example/" aria-label="Go">{IMG}</a></mj-text>',
        SOCIAL.format('alt="Us there"', ""),
        SOCIAL.format("", "Us there"),
        '<mj-image src="https://a.example/a.png" alt="" />',
        '<mj-image src="https://a.example/a.png" alt="{{ brand.name }}" href="https://a.example/" />',
        '<mj-text color="#767676">x</mj-text>',
        '<mj-text font-size="24px" color="#949494">x</mj-text>',
        '<mj-text font-size="19px" font-weight="bold" color="#949494">x</mj-text>',
        '<mj-text><p style="display:none;color:#FFF">x</p></mj-text>',
        '<mj-text><p style="background:url(https://a.example/a);color:#FFF">x</p></mj-text>',
        '<mj-text><p style="color:inherit">x <span style="color:#FFF;background:#000">x</span></p></mj-text>',
        '<mj-text><p style="border-radius:9px;box-shadow:0 0 1rem;max-width:50vw">x</p></mj-text>',
        '<mj-text><p style="padding:10px;padding:clamp(1px, 2px, 3px)">x</p></mj-text>',
        '<mj-text><p style="background:#FFF;background:linear-gradient(#FFF, #EEE)">x</p></mj-text>',
        '<mj-text><p style="position:relative">x</p></mj-text>',
        "<mj-raw><!-- <video></video> --></mj-raw>",
    ],
)
def test_what_is_right_is_not_found(elements: str) -> None:
    assert found_in(Written(elements)) == []


@pytest.mark.parametrize(
    ("code", "letter", "place"),
    [
        ("long-subject", Written(subject="a" * 79), "2:10"),
        ("faked-reply", Written(subject="Re: your basket"), "2:10"),
        ("faked-reply", Written(subject="FWD : your basket"), "2:10"),
        ("faked-reply", Written(subject="AW: Ihr Korb"), "2:10"),
        ("faked-reply", Written(subject="Odp: koszyk"), "2:10"),
        ("faked-reply", Written(subject="{{ 'Ynt' }}: sepet"), "2:10"),
        ("faked-reply", Written(subject="رد: السلة"), "2:10"),
        ("missing-preview", Written(preview=None), "1:1"),
        ("missing-preview", Written(preview="preview: {{ coupon or '' }}\n"), "3:10"),
        ("long-preview", Written(preview=f"preview: {'a' * 151}\n"), "3:10"),
        ("missing-unsubscribe", Written(footer="<mj-text>{{ brand.address }}</mj-text>"), "1:1"),
        ("missing-address", Written(footer=FOOTER.replace("{{ brand.address }}", "us")), "1:1"),
        ("html-clipped", Written("<mj-text>" + "word " * 21_000 + "</mj-text>"), "1:1"),
        ("html-long", Written("<mj-text>" + "word " * 19_000 + "</mj-text>"), "1:1"),
        ("text-in-images", Written(PICTURE, words="<mj-text>Hello you</mj-text>"), "5:39"),
        ("text-in-images", Written(PICTURE, words="", footer=FOOTER.replace("Leave", "No " * 20)), "5:39"),
        ("unsupported-css", Written(style="p { display: grid; }"), "5:30"),
        ("unsupported-css", Written(style="@import url(https://a.example/a.css);"), "5:26"),
    ],
)
def test_a_thing_of_the_whole_letter_is_found_at_its_place(code: str, letter: Written, place: str) -> None:
    assert [(one.code, str(one.place)) for one in found_in(letter)] == [(code, f"{HERE}:{place}")]


@pytest.mark.parametrize(
    "letter",
    [
        Written(subject="a" * 78),
        Written(subject="Recipes: three for tonight"),
        Written(subject="Your order re: 7"),
        Written(preview=f"preview: {'a' * 150}\n"),
        Written(footer=FOOTER.replace("links.unsubscribe", "links['preferences']")),
        Written(footer=FOOTER.replace("{{ brand.address }}", "12 Mill Lane,<br />Bristol")),
        Written("<mj-text>" + "word " * 17_000 + "</mj-text>"),
        Written(PICTURE.replace(" />", ' width="60px" />'), words=""),
        Written(PICTURE, words=WORDS),
        Written(words="<mj-text>Hello</mj-text>"),
        Written(PICTURE.replace("<mj-image", "<mj-text><img style='display:none'") + "</mj-text>", words=""),
        Written(style="@media (min-width: 600px) { p { display: grid; } }"),
        Written(style="@supports (display: grid) { p { display: grid; } }"),
        Written(style="p { display: block; display: grid; }"),
        Written(style="/* p { display: grid; } */"),
    ],
)
def test_a_whole_letter_that_is_right_is_not_found(letter: Written) -> None:
    assert found_in(letter) == []


def test_a_default_of_mj_attributes_counts() -> None:
    plain = Written('<mj-image src="https://a.example/a.png" />').text
    for default in ('<mj-image alt="" />', '<mj-all alt="" />'):
        mjml = plain.replace("<mjml>", f"<mjml><mj-head><mj-attributes>{default}</mj-attributes></mj-head>")
        assert findings(mjml) == ()


def test_a_thing_in_a_partial_is_found_in_its_file() -> None:
    files = {"_partials/a.mjml": "\n <mj-text>x <i style='color:#CCC'>x</i></mj-text>"}
    [found] = found_in(Written('{% include "_partials/a.mjml" %}'), files)
    assert (found.code, str(found.place)) == ("low-contrast", "templates/_partials/a.mjml:2:13")


def test_what_is_seen_in_a_letter_that_is_compiled_for_each_mail_has_its_place_too() -> None:
    picture = '<mj-image alt="" src="https://a.example/" width="{{ 9 }}px" />'
    found = found_in(Written(f'{picture}<mj-text color="#CCC">x</mj-text>'))
    places = {one.code: str(one.place) for one in found}
    assert places["low-contrast"] == f"{HERE}:5:{39 + len(picture)}"


def test_a_subject_of_a_step_is_judged_at_the_step() -> None:
    step = Send(id="a", template="welcome/hello", subject="Re: you", place=Place("campaigns.yaml", 9, 7))
    [found] = findings(Written().text, step=step)
    assert (found.code, str(found.place)) == ("faked-reply", "campaigns.yaml:9:7")


def test_a_subject_is_judged_in_every_language() -> None:
    header = 'msgid ""\nmsgstr ""\n"X-Source-Language: tr\\n"\n\n'
    catalog = f'{header}msgid "Hello"\nmsgstr "Re: Merhaba"\n'
    [found] = found_in(Written(), {"locale/tr/LC_MESSAGES/messages.po": catalog})
    assert found.code == "faked-reply"


def test_a_transactional_letter_needs_no_link_to_unsubscribe_and_no_address() -> None:
    step = Send(id="a", template="welcome/hello")
    campaign = Campaign(
        name="c", trigger=EventTrigger("order_placed"), kind=Kind.TRANSACTIONAL, steps=(step,)
    )
    shop = replace(DEFINITIONS, campaigns={"c": campaign})
    files = {"welcome/hello.mjml": Written(footer="").text}
    assert TemplateRenderer(files, shop, KEY, 1).check() == ()


def test_a_brand_without_an_address_is_found() -> None:
    step = Send(id="a", template="welcome/hello")
    campaign = Campaign(name="c", trigger=EventTrigger("order_placed"), topic="offers", steps=(step,))
    shop = replace(DEFINITIONS, campaigns={"c": campaign}, brand=replace(BRAND, address=None))
    mjml = Written(footer=FOOTER.replace("{{ brand.address }}", "")).text
    [found] = TemplateRenderer({"welcome/hello.mjml": mjml}, shop, KEY, 1).check()
    assert found.code == "missing-address"
    assert "brand.address is not set" in found.text


@pytest.mark.parametrize(
    "code", ["missing-alt", "faked-reply", "missing-address", "low-contrast", "html-long"]
)
def test_a_finding_that_does_no_harm_can_be_silenced(code: str) -> None:
    letters = {
        "missing-alt": Written('<mj-image src="https://a.example/a.png" />'),
        "faked-reply": Written(subject="Re: you"),
        "missing-address": Written(footer=FOOTER.replace("{{ brand.address }}", "us")),
        "low-contrast": Written('<mj-text color="#999999">x</mj-text>'),
        "html-long": Written("<mj-text>" + "word " * 19_000 + "</mj-text>"),
    }
    letter = letters[code]
    assert places(letter, code)
    assert found_in(replace(letter, head=f"lint.ignore: {code} - it is meant so\n")) == []


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        ('<mj-image alt="" src="https://a.example/" width="{{ 9 }}px" />', ["{{ 9 }} in width"]),
        (
            '<mj-text>x</mj-text></mj-column><mj-column width="{{ 50 }}%"><mj-text>x</mj-text>',
            ["{{ 50 }} in width"],
        ),
        (
            "</mj-column>{% for i in [1] %}<mj-column>x</mj-column>{% endfor %}<mj-column>".replace(
                "x", WORDS
            ),
            ["how many columns <mj-section> has depends on the data"],
        ),
        (
            CAROUSEL,
            ["a tag stands in <mj-carousel>", "a tag stands in <mj-carousel>"],
        ),
    ],
)
def test_a_tag_for_which_a_letter_is_compiled_for_each_mail_is_named(elements: str, told: list[str]) -> None:
    found = [one for one in found_in(Written(elements)) if one.code == "compiled-for-each-mail"]
    assert [one.level for one in found] == ["notice"] * len(told)
    assert [words in one.text for one, words in zip(found, told, strict=True)] == [True] * len(told)
