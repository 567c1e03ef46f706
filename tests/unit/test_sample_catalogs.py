"""The catalogs of the sample shop: whole, up to date, and with the plural forms of each language."""

from __future__ import annotations

from datetime import date

import pytest

from penfriend.bootstrap import Settings
from penfriend.bootstrap.translation import update
from penfriend.domain.definitions import Definitions
from penfriend.language import load
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.catalogs import Catalog, read_catalog
from penfriend.rendering.findings import Problems
from penfriend.rendering.translation.compiling import compile_catalog
from penfriend.rendering.translation.gathering import gather
from tests.support.sample_letters import FILES, ROOT, letter, the_definitions, the_renderer

CATALOGS = ("ar", "en", "pl", "tr")
SAMPLES = {
    "ar": (
        "0",
        "1",
        "2",
        "3~10 103~110 1003",
        "11~26 111 1011",
        "100~102 200~202 300~302 400~402 500~502 600 1000 10000 100000 1000000",
    ),
    "en": ("1", "0 2~16 100 1000 10000 100000 1000000"),
    "pl": (
        "1",
        "2~4 22~24 32~34 42~44 52~54 62 102 1002",
        "0 5~19 100 1000 10000 100000 1000000",
    ),
    "tr": ("1", "0 2~16 100 1000 10000 100000 1000000"),
}
"""The @integer samples of CLDR's plural rules, category by category in its order: zero, one, two, few, many,
other (unicode-org/cldr, common/supplemental/plurals.xml). English, Polish and Turkish lack some of them."""


@pytest.fixture
def definitions() -> Definitions:
    return the_definitions()


@pytest.fixture
def renderer() -> TemplateRenderer:
    return the_renderer()


def path(language: str) -> str:
    return f"locale/{language}/LC_MESSAGES/messages.po"


def catalog(language: str) -> Catalog:
    problems = Problems()
    read = read_catalog(path(language), FILES[path(language)], problems)
    assert problems.all == ()
    return read


def numbers(samples: str) -> list[int]:
    """`3~10 103` as single numbers."""
    ranges = (one.split("~") for one in samples.split())
    return [number for one in ranges for number in range(int(one[0]), int(one[-1]) + 1)]


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_has_every_text_and_no_other(language: str) -> None:
    texts, _ = gather(FILES)
    campaigns = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
        for file in (ROOT / "campaigns.yaml", *sorted((ROOT / "campaigns").glob("*.yaml")))
    }
    loaded = load(campaigns, "campaigns.yaml", {"PENFRIEND_PUBLIC_URL": "https://a.example"}, None)
    made = catalog(language)
    assert {*made.texts, *made.plurals} == {text.key for text in (*texts, *loaded.texts) if not text.locales}


@pytest.mark.parametrize("language", CATALOGS)
def test_catalog_leaves_nothing_empty_or_doubtful(language: str) -> None:
    made = compile_catalog(path(language), FILES[path(language)])
    assert [str(problem) for problem in made.problems] == []


def test_the_catalogs_are_as_an_update_would_leave_them() -> None:
    settings = Settings.of({"PENFRIEND_CONFIG": str(ROOT / "campaigns.yaml")})
    extracted, updated = update(settings, (), written=False, check=True)
    assert not extracted.is_changed
    assert [one.file for one in updated if one.is_changed] == []


@pytest.mark.parametrize("language", CATALOGS)
def test_each_sample_number_takes_the_form_of_its_category(language: str) -> None:
    made = catalog(language)
    taken = {number: made.form(number) for samples in SAMPLES[language] for number in numbers(samples)}
    assert taken == {
        number: form for form, samples in enumerate(SAMPLES[language]) for number in numbers(samples)
    }
    assert {len(forms) for forms in made.plurals.values()} == {len(SAMPLES[language])}


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
        ("tr", {0: "0 puanınız", 1: "1 puanınız", 2: "2 puanınız", 100: "100 puanınız"}),
        ("en", {1: "1 point ", 2: "2 points "}),
    ],
)
def test_points_take_the_plural_form_of_the_language(
    renderer: TemplateRenderer, definitions: Definitions, language: str, forms: dict[int, str]
) -> None:
    for number, words in forms.items():
        points = {"balance": number, "remaining": number, "expires_at": date(2026, 3, 23)}
        subject, _, _ = renderer.fill(letter(definitions, "win_back/points_waiting", language, points=points))
        assert words in subject
