"""Colours: how well one is read on another, and a primary that is read in the dark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.theme import DARK, Palette, contrast, dark_for, faint_pairs, lightened

COLOUR = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#FFFFFF", 21.0),
        ("#FFFFFF", "#FFFFFF", 1.0),
        ("#767676", "#FFFFFF", 4.54),
        ("#FF0000", "#FFFFFF", 4.0),
        ("#0000FF", "#000000", 2.44),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(COLOUR)
def test_whatever_primary_is_chosen_can_be_read_in_the_dark(colour: str) -> None:
    assert contrast(lightened(colour, DARK.sheet), DARK.sheet) >= 7


def test_a_primary_that_is_light_already_stays() -> None:
    assert lightened("#FFD0D0", DARK.sheet) == "#FFD0D0"


def test_only_a_new_primary_makes_a_new_one_for_the_dark() -> None:
    usual = Palette()
    assert dark_for(usual, usual, DARK) is DARK
    new = dark_for(replace(usual, primary="#B00020"), usual, DARK)
    assert new == replace(DARK, primary=lightened("#B00020", DARK.sheet))


def test_the_sample_shops_colours_are_read_well() -> None:
    assert list(faint_pairs(Palette())) == []
    assert list(faint_pairs(DARK)) == []


def test_what_is_faint_is_named_with_what_it_stands_on() -> None:
    found = [(front, back) for front, back, _ in faint_pairs(replace(Palette(), primary="#FFFFFF"))]
    assert found == [
        ("button_text", "primary"),
        ("primary", "sheet"),
        ("primary", "background"),
        ("primary", "tint"),
    ]
