"""The sample shop's letters about baskets, parcels, days and presents: how they sound, what they survive."""

from datetime import UTC, datetime

import pytest

from penfriend.domain.definitions import Definitions
from penfriend.rendering import TemplateRenderer
from tests.support.sample_letters import CODE, LETTERS, READERS, letter, the_definitions, the_renderer

COUPONS = ("abandoned_cart/with_coupon", "birthday/gift", "gift/surprise")
"""The letters that give a code."""


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


@pytest.fixture
def renderer() -> TemplateRenderer:
    return the_renderer()


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("name", LETTERS)
def test_letter_is_brief_and_does_not_shout(
    renderer: TemplateRenderer, definitions: Definitions, name: str, language: str
) -> None:
    subject, _, text = renderer.fill(letter(definitions, name, language))
    assert len(subject) < 60
    assert "!" not in subject + text


@pytest.mark.parametrize("known", [{}, {"title": "Oak bread board", "price": None}])
@pytest.mark.parametrize("language", READERS)
def test_browse_letter_survives_what_a_shop_does_not_tell_of_a_product(
    renderer: TemplateRenderer, definitions: Definitions, language: str, known: dict[str, object]
) -> None:
    product = {"title": None, "url": None, "image": None, "price": None, **known}
    for each in (product, None):
        _, html, text = renderer.fill(letter(definitions, "browse/reminder", language, product=each))
        assert html.count('class="tile"') == (each is not None)
        assert "https://shop.acornandoak.example/" in text


@pytest.mark.parametrize("language", READERS)
@pytest.mark.parametrize("name", COUPONS)
def test_the_code_stands_in_a_line_of_its_own(
    renderer: TemplateRenderer, definitions: Definitions, name: str, language: str
) -> None:
    _, html, text = renderer.fill(letter(definitions, name, language))
    assert f'<bdi dir="ltr">{CODE}</bdi>' in html
    assert CODE in text.splitlines()


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
