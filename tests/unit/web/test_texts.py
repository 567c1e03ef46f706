"""The texts of the pages: the same in every language, and which language somebody gets."""

from __future__ import annotations

import re

import pytest

from penfriend.domain.visits import mask_address
from penfriend.rendering.dashboard_pages import FOLDER
from penfriend.rendering.pages import LANGUAGES, Words, accepted, read_texts

TRANSLATIONS = LANGUAGES[1:]


def names(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("folder", ["pages", FOLDER])
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_says_everything(language: str, folder: str) -> None:
    assert list(read_texts(language, folder)) == list(read_texts("en", folder))


@pytest.mark.parametrize("folder", ["pages", FOLDER])
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_names_the_same_values(language: str, folder: str) -> None:
    english, texts = read_texts("en", folder), read_texts(language, folder)
    assert {key: names(text) for key, text in texts.items()} == {
        key: names(text) for key, text in english.items()
    }


@pytest.mark.parametrize("folder", ["pages", FOLDER])
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_nothing_is_left_in_english(language: str, folder: str) -> None:
    english = read_texts("en", folder)
    assert [key for key, text in read_texts(language, folder).items() if text == english[key]] == []


def test_a_value_is_escaped_and_set_apart() -> None:
    words = Words({"hello": "Hello & {name}"})
    assert words("hello", name="<b>") == "Hello &amp; <bdi>&lt;b&gt;</bdi>"


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", []),
        ("tr", ["tr"]),
        ("de;q=0.5, tr-TR, ar;q=0.9", ["tr-TR", "ar", "de"]),
        ("tr;q=0", []),
        ("*", []),
        ("en;q=nonsense, <script>, pl", ["pl"]),
        ("a" * 100_000, []),
    ],
)
def test_accepted_languages_come_by_weight(header: str, languages: list[str]) -> None:
    assert accepted(header) == languages


@pytest.mark.parametrize(
    ("address", "masked"),
    [("kerem@post.example", "k•••@post.example"), ("k@x.example", "k•••@x.example"), (None, ""), ("", "")],
)
def test_an_address_is_masked(address: str | None, masked: str) -> None:
    assert mask_address(address) == masked
