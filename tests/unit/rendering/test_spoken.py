"""Conditions in words: every field and every test in every language, and the form of the tree."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from penfriend.domain.fields import FIELDS, Field
from penfriend.domain.segment import All, AnyOf, Condition, Not
from penfriend.language.loader import load
from penfriend.rendering.dashboard_pages import DashboardPages
from penfriend.rendering.pages import LANGUAGES
from penfriend.rendering.reader import Reader
from penfriend.rendering.spoken import Speaker, Spoken

PAGES = DashboardPages()


def speaker(language: str = "en") -> Speaker:
    return Speaker(PAGES.words(language), Reader(Locale(language), ZoneInfo("Europe/London"), "GBP"))


def plain(text: object) -> str:
    return re.sub("<[^>]*>", "", str(text))


def lines(said: Spoken, depth: int = 0) -> list[str]:
    found = ["  " * depth + plain(said.text)]
    for part in said.parts:
        found += lines(part, depth + 1)
    return found


def condition(text: str) -> Condition:
    """What stands under `where`, of contacts."""
    head = "version: 1\ntopics: {offers: {title: Offers}}\ndata: {contact: {shoe_size: number}}\n"
    brand = "brand: {name: A, from: a@shop.example, address: 12 Mill Lane}\n"
    whole = f"{head}{brand}segments: {{x: {{where: {text}}}, vip: {{where: {{contact.tier: gold}}}}}}\n"
    loaded = load({"c.yaml": whole}, "c.yaml", {}, None)
    assert loaded.definitions is not None, loaded.problems
    return loaded.definitions.segments["x"].where


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{contact.tier: gold}", ["Loyalty tier: gold"]),
        ("{contact.tier: {in: [gold, silver]}}", ["Loyalty tier: one of gold, silver"]),
        ("{orders.count: {at_least: 2}}", ["Number of orders: at least 2"]),
        ("{orders.total: {less_than: 20}}", ["Spent in all: less than £20.00"]),
        ("{orders.last_at: {before: 90 days ago}}", ["Last order: at least 90 days ago"]),
        ("{orders.last_at: {after: 1 month ago}}", ["Last order: less than 1 month ago"]),
        ("{contact.birthday: {exists: no}}", ["Birthday: is not known"]),
        ("{contact.attributes.shoe_size: {more_than: 40}}", ["shoe_size: more than 40"]),
        ("{topic.offers: yes}", ["Subscribed to offers: yes"]),
        ("{segment: vip}", ["Is in the segment vip"]),
        ("{not: {segment: vip}}", ["not so: Is in the segment vip"]),
        (
            "{orders.count: {at_least: 1, within: last 30 days, where: {total: {at_least: 5}}}}",
            [
                "Number of orders: at least 1, counted within the last 30 days, counting only where",
                "  Order comes to: at least £5.00",
            ],
        ),
        (
            "{orders.last_at: {before: 14 days ago, after: 2026-01-01}, contact.tier: gold}",
            ["All of these", "  Last order: at least 14 days ago", "  Last order: after January 1, 2026",
             "  Loyalty tier: gold"],
        ),
        (
            "{not: {any: [{contact.tier: gold}, {contact.tier: silver}]}}",
            ["None of these", "  Loyalty tier: gold", "  Loyalty tier: silver"],
        ),
        (
            "{not: {contact.tier: gold, contact.country: GB}}",
            ["Not so", "  All of these", "    Loyalty tier: gold", "    Country: GB"],
        ),
    ],
)  # fmt: skip
def test_a_condition_is_said_as_a_shop_would(written: str, said: list[str]) -> None:
    assert lines(speaker()(condition(written))) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_name_of_a_shop_in_every_language(language: str) -> None:
    speak = speaker(language)
    for group, keys in FIELDS.items():
        for key, known in keys.items():
            if (group == "product" and key in ("url", "image")) or (
                group == "items" and key in ("url", "image", "stock")
            ):
                continue  # nobody asks for them in a condition
            said = str(
                speak.field(Field(f"{group}.{key}", group, key, known.type, "x" if "{name}" in key else ""))
            )
            assert "<code>" not in said, (group, key)


def test_what_has_no_name_is_told_as_it_is_written() -> None:
    odd = Field("contact.shadow", "contact", "shadow", FIELDS["contact"]["tier"].type)
    assert speaker().field(odd) == "<code>contact.shadow</code>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_the_tree_is_the_same_in_every_language(language: str) -> None:
    tree = All((AnyOf((condition("{contact.tier: gold}"), Not(condition("{segment: vip}")))),))
    said = speaker(language)(tree)
    assert len(said.parts) == 2
    assert "vip" in said.parts[1].text


def test_a_text_of_a_file_is_text_on_the_page() -> None:
    said = speaker()(condition("{contact.tier: '<b>gold</b>'}"))
    assert "&lt;b&gt;gold" in said.text
