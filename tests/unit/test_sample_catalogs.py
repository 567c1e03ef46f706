"""The catalogs of the sample shop's letters: every text and no other, and each language's plural forms."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from penfriend.domain.definitions import Definitions
from penfriend.rendering import TemplateRenderer
from tests.support.sample_letters import FILES, TEMPLATES, letter, the_definitions, the_renderer

CATALOGS = ("ar", "pl", "tr")


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


@pytest.fixture
def renderer() -> TemplateRenderer:
    return the_renderer()


def catalog(language: str) -> Catalog:
    with (TEMPLATES / f"locale/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


def source_texts() -> Iterator[tuple[str, ...]]:
    for path in FILES:
        if path.endswith(".mjml"):
            with (TEMPLATES / path).open("rb") as file:
                for _, _, texts, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], {}):
                    yield (texts,) if isinstance(texts, str) else tuple(text for text in texts or () if text)


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_has_every_text_and_no_other(language: str) -> None:
    held = {
        message.id if isinstance(message.id, tuple) else (message.id,)
        for message in catalog(language)
        if message.id
    }
    assert held == set(source_texts())


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_leaves_nothing_empty_or_doubtful(language: str) -> None:
    for message in catalog(language):
        assert message.string, message.id
        assert all(message.string), message.id
        assert not message.fuzzy or not message.id


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "pl",
            {
                1: "1 punkt",
                2: "2 punkty",
                5: "5 punktów",
                12: "12 punktów",
                22: "22 punkty",
                112: "112 punktów",
            },
        ),
        (
            "ar",
            {
                0: "ليس",
                1: "نقطة واحدة",
                2: "نقطتان",
                3: "3 نقاط",
                11: "11 نقطة",
                100: "100 نقطة",
                103: "103 نقاط",
            },
        ),
        ("tr", {1: "1 puanınız", 2: "2 puanınız", 100: "100 puanınız"}),
        ("en", {1: "1 point ", 2: "2 points "}),
    ],
)
def test_points_take_the_plural_form_of_the_language(
    renderer: TemplateRenderer, definitions: Definitions, language: str, forms: dict[int, str]
) -> None:
    for number, words in forms.items():
        points = {"balance": number, "remaining": number, "expires_at": date(2026, 3, 23)}
        subject, _, _ = renderer.fill(letter(definitions, "win_back/points_waiting", language, points=points))
        assert words.replace("1 punkt", "1 punkt") in subject


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        (
            "pl",
            {
                1: "jest jedyne",
                2: "są już 2.",
                5: "jest ich już 5.",
                22: "są już 22.",
                112: "jest ich już 112.",
            },
        ),
        ("ar", {1: "الوحيد", 2: "طلبان", 3: "3 طلبات", 11: "11 طلبًا", 100: "100 طلب ", 103: "103 طلبات"}),
        ("tr", {1: "tek siparişiniz", 2: "2 siparişiniz"}),
        ("en", {1: "the only one", 2: "have been 2"}),
    ],
)
def test_orders_take_the_plural_form_of_the_language(
    renderer: TemplateRenderer, definitions: Definitions, language: str, forms: dict[int, str]
) -> None:
    for number, words in forms.items():
        orders = {"count": number, "first_at": datetime(2024, 3, 2, 10, tzinfo=UTC)}
        _, _, text = renderer.fill(letter(definitions, "anniversary/year", language, orders=orders))
        assert words in text
