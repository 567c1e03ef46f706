"""The sample shop's campaigns and letters: no problem, four languages, readers of whom little is known."""

import re
from dataclasses import replace

import pytest

from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import walk
from penfriend.domain.theme import COLOURS, Palette, Theme
from penfriend.domain.utm import Utm
from penfriend.rendering import TemplateRenderer
from tests.support.sample_letters import (
    CODE,
    FILES,
    ITEMS,
    LETTERS,
    READERS,
    ROOT,
    item,
    letter,
    the_definitions,
    the_renderer,
)

CATALOGS = ("ar", "pl", "tr")
CLIPPED = 102_000
"""Gmail cuts off what is longer (FACTS.md 12)."""


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


@pytest.fixture
def renderer() -> TemplateRenderer:
    return the_renderer()


def test_the_files_have_no_problem(renderer: TemplateRenderer) -> None:
    assert [str(problem) for problem in renderer.check()] == []


def test_the_whole_letter_of_the_manual_fits_the_starter(definitions: Definitions) -> None:
    example = (ROOT / "docs/templates.md").read_text(encoding="utf-8").split("```\n")[1]
    renderer = TemplateRenderer({**FILES, "welcome/hello.mjml": example}, definitions, b"k" * 32, 1)
    untranslated = "no translation into"  # its texts are in no catalog
    assert [str(problem) for problem in renderer.check() if untranslated not in problem.text] == []
    subject, _, text = renderer.fill(letter(definitions, "welcome/hello"))
    assert subject == "Welcome, Eleanor"
    assert "Dear Eleanor," in text
    assert "Look around: https://shop.acornandoak.example/" in text


def test_every_letter_is_sent_by_a_campaign(definitions: Definitions) -> None:
    steps = [step for campaign in definitions.campaigns.values() for step in walk_steps(campaign.steps)]
    assert {step.template for step in steps if isinstance(step, Send)} == set(LETTERS)


def test_lapsed_and_vip_are_defined_by_orders_and_tier(definitions: Definitions) -> None:
    assert {"lapsed", "vip"} <= definitions.segments.keys()


def test_segments_of_how_people_stand_are_ready_and_say_who_is_in_them(definitions: Definitions) -> None:
    ready = {name: definitions.segments[name] for name in ("at_risk", "lapsed", "loyal", "advocates")}
    assert all(len(segment.description) > 20 for segment in ready.values())
    fields = {leaf.field.name for one in ("at_risk", "loyal") for leaf in walk(ready[one].where)}  # type: ignore[union-attr]  # they name no other segment
    assert fields == {"contact.rfm.frequency", "contact.rfm.recency"}


@pytest.mark.parametrize("name", LETTERS)
def test_letter_is_compiled_once_for_all_readers(renderer: TemplateRenderer, name: str) -> None:
    assert not renderer.uses_fallback(name)


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("name", LETTERS)
def test_letter_has_what_the_law_and_mail_programs_want(
    renderer: TemplateRenderer, definitions: Definitions, name: str, language: str
) -> None:
    made = letter(definitions, name, language)
    subject, html, text = renderer.fill(made)
    assert 0 < len(subject) <= 78
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert len(html.encode()) < CLIPPED
    for part in (html, text):
        assert "12 Mill Lane, Bristol BS1 4QA, United Kingdom" in part
        assert ("/u/" in part) == (made.topic is not None)
        assert "None" not in part
    assert "<" not in text.replace("<2>", "")


@pytest.mark.parametrize("language", CATALOGS)
@pytest.mark.parametrize("name", LETTERS)
def test_letter_is_translated_whole(
    renderer: TemplateRenderer, definitions: Definitions, name: str, language: str
) -> None:
    spoken, english = (renderer.fill(letter(definitions, name, each)) for each in (language, "en"))
    kept = re.compile(r"https?:|Acorn|^Ruth Calder$|^-+$|^[\d.,\s£]+$")
    same = set(spoken[2].splitlines()) & {
        line for line in english[2].splitlines() if line and not kept.search(line)
    }
    assert spoken[0] != english[0]
    assert same <= {"Oak bread board  £38.00", "Oak bread board", 'Mug "oat" & cream <2>', CODE}


@pytest.mark.parametrize(
    "name",
    [
        "abandoned_cart/reminder",
        "abandoned_cart/second",
        "abandoned_cart/with_coupon",
        "orders/confirmation",
        "post_purchase/review",
    ],
)
@pytest.mark.parametrize("items", [None, [], [item()], ITEMS * 10], ids=["none", "empty", "bare", "thirty"])
def test_cart_letter_survives_what_a_shop_leaves_out(
    renderer: TemplateRenderer, definitions: Definitions, name: str, items: list[dict[str, object]] | None
) -> None:
    cart = {"id": "c", "items": items, "total": None, "items_count": None, "url": None}
    subject, html, _ = renderer.fill(letter(definitions, name, cart=cart, order=cart))
    assert subject
    assert len(html.encode()) < CLIPPED
    assert html.count('class="tile"') == len(items or ())


@pytest.mark.parametrize("name", LETTERS)
def test_letter_greets_somebody_without_a_name(
    renderer: TemplateRenderer, definitions: Definitions, name: str
) -> None:
    nobody = {"first_name": None, "last_name": None, "locale": "en", "email": "e@post.example"}
    subject, _, text = renderer.fill(letter(definitions, name, contact=nobody))
    assert " ," not in subject + text
    assert ", ." not in subject + text


def test_names_and_titles_are_text_and_nothing_else(
    renderer: TemplateRenderer, definitions: Definitions
) -> None:
    odd = {"first_name": "<b>Zoë</b> & \\ ❤️", "last_name": None, "locale": "en", "email": "e@post.example"}
    _, html, text = renderer.fill(letter(definitions, "orders/confirmation", contact=odd))
    assert "&lt;b&gt;Zoë&lt;/b&gt; &amp; \\ ❤️" in html
    assert "Mug &#34;oat&#34; &amp; cream &lt;2&gt;" in html
    assert "Thank you, <b>Zoë</b> & \\ ❤️." in text


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("survey/nps", [str(number) for number in range(11)]),
        ("survey/csat", ["5 Very good", "4 Good", "3 All right", "2 Not so good", "1 Bad"]),
    ],
)
def test_the_scale_links_each_score_once_and_says_which(
    renderer: TemplateRenderer, definitions: Definitions, name: str, answers: list[str]
) -> None:
    _, html, text = renderer.fill(letter(definitions, name))
    links = re.findall(r'href="(https://letters\.acornandoak\.example/s/[^"]+)"', html)
    assert len(links) == len(set(links)) == len(answers)
    said = re.findall(r"^(.+?)(?:: |\n)https://letters\.acornandoak\.example/s/", text, re.MULTILINE)
    assert [" ".join(line.split()) for line in said] == answers


OTHER = Theme(
    light=Palette(**{name: f"#1000{number:02X}" for number, name in enumerate(COLOURS)}),
    dark=Palette(**{name: f"#2000{number:02X}" for number, name in enumerate(COLOURS)}),
    font="'Test Serif', serif",
    small_font="'Test Sans', sans-serif",
    radius=17,
)


@pytest.mark.parametrize("name", LETTERS)
def test_another_theme_is_in_every_part_of_a_letter(definitions: Definitions, name: str) -> None:
    brand = replace(definitions.brand, theme=OTHER)
    _, html, text = TemplateRenderer(FILES, replace(definitions, brand=brand), b"k" * 32, 1).fill(
        letter(definitions, name)
    )
    before = Theme()
    for palette in (before.light, before.dark):
        for colour in COLOURS:
            assert getattr(palette, colour) not in html, colour
    assert "Georgia" not in html
    assert "Helvetica" not in html
    assert "3px" not in re.findall(r"border-radius:\s*(\w+)", html)
    assert {OTHER.light.primary, OTHER.dark.primary} <= set(re.findall(r"#[0-9A-F]{6}", html))
    assert text == the_renderer().fill(letter(definitions, name))[2]


def test_a_logo_stands_for_the_name(definitions: Definitions) -> None:
    theme = Theme(logo="https://shop.example/logo.png", logo_width=120)
    brand = replace(definitions.brand, theme=theme)
    renderer = TemplateRenderer(FILES, replace(definitions, brand=brand), b"k" * 32, 1)
    _, html, text = renderer.fill(letter(definitions, "welcome/hello"))
    assert '<img src="https://shop.example/logo.png" alt="Acorn &amp; Oak" width="120"' in html
    assert "<i style" not in html.partition("Mill Lane, Bristol")[0].rpartition("<body")[2]
    assert "Acorn & Oak" in text


@pytest.mark.parametrize("name", LETTERS)
def test_parameters_on_links_are_all_that_utm_changes(definitions: Definitions, name: str) -> None:
    brand = replace(definitions.brand, utm=Utm("n", medium="", campaign="", content=""))
    renderer = TemplateRenderer(FILES, replace(definitions, brand=brand), b"k" * 32, 1)
    for language in READERS:
        plain = the_renderer().fill(letter(definitions, name, language))
        carried = renderer.fill(letter(definitions, name, language))
        assert tuple(re.sub(r"(?:\?|&amp;|&)utm_source=n", "", part) for part in carried) == plain
        hrefs = re.findall(r'href="(https://shop[^"]*)"', carried[1])
        assert all("utm_source=n" in address for address in hrefs)
