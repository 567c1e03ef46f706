"""The words for time, number and addresses, one by one."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriend.domain.campaign import Reentry, ReentryKind
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import At, Entry, FromNow, OfEntry, OfField, Weekday, Window
from penfriend.domain.timing import Cap, Duration, Unit
from penfriend.language import addresses, figures, shapes, words
from penfriend.language.words import WordError

UPDATED = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)
DAYS_2, DAYS_7 = Duration(2, Unit.DAYS), Duration(7, Unit.DAYS)


@pytest.mark.parametrize("unit", list(Unit))
def test_a_duration_is_written_in_singular_and_plural(unit: Unit) -> None:
    assert words.parse_duration(f"1 {unit.value[:-1]}") == Duration(1, unit)
    assert words.parse_duration(f"12 {unit.value}") == Duration(12, unit)


@given(st.integers(1, 100), st.sampled_from(list(Unit)))
def test_a_duration_is_read_back_as_it_is_written(amount: int, unit: Unit) -> None:
    assert words.parse_duration(str(Duration(amount, unit))) == Duration(amount, unit)


@pytest.mark.parametrize(
    "text", ["", "2", "days", "2 dayz", "-2 days", "2days", "1.5 days", "0 days", "101 years", "٢ days"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(WordError):
        words.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 days ago", FromNow(Duration(90, Unit.DAYS), -1)),
        ("in 3 hours", FromNow(Duration(3, Unit.HOURS), 1)),
        ("monday", Weekday(0)),
        ("sunday", Weekday(6)),
        ("2026-12-24", At(date(2026, 12, 24))),
        ("2026-12-24 09:00", At(date(2026, 12, 24), time(9))),
        ("2026-12-24T09:00:00", At(date(2026, 12, 24), time(9))),
        ("2026-12-24 09:00 Europe/Warsaw", At(date(2026, 12, 24), time(9), "Europe/Warsaw")),
        ("2026-12-24 09:00Z", At(date(2026, 12, 24), time(9), "UTC")),
        ("entry", Entry()),
        ("2 days after entry", OfEntry(DAYS_2)),
        ("2 days before entry", OfEntry(DAYS_2, -1)),
        ("cart.updated_at", OfField(UPDATED)),
        ("2 days after cart.updated_at", OfField(UPDATED, DAYS_2)),
        ("7 days before cart.updated_at", OfField(UPDATED, DAYS_7, -1)),
    ],
)
def test_every_form_of_a_moment(text: str, expected: object) -> None:
    assert words.parse_moment(text, lambda _: UPDATED) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "now",
            "tomorrow",
            "last monday",
            "ago",
            "in ",
            "two days ago",
            "3 days after",
            "3 days after tomorrow",
        ),
        *("2026-13-01", "2026-02-29", "2026-12-24 25:00", "2026-12-24 09:00 +03:00"),
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WordError):
        words.parse_moment(text, lambda _: UPDATED)


def test_a_field_is_no_moment_where_none_can_be_found() -> None:
    with pytest.raises(WordError):
        words.parse_moment("cart.updated_at")


def test_windows() -> None:
    assert words.parse_window("last 30 days") == Window(Duration(30, Unit.DAYS), -1)
    assert words.parse_window("next 1 month") == Window(Duration(1, Unit.MONTHS), 1)
    with pytest.raises(WordError):
        words.parse_window("30 days")


def test_sending_hours_may_end_at_midnight_or_after_it() -> None:
    assert words.parse_send_between("09:00-20:00") == (time(9), time(20))
    assert words.parse_send_between("9:00 - 24:00") == (time(9), time(0))
    assert words.parse_send_between("22:00-06:00") == (time(22), time(6))
    assert words.parse_send_between("00:00-24:00") == (time(0), time(0))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-sat", {0, 1, 2, 3, 4, 5}),
        ("sat-mon", {5, 6, 0}),
        ("mon, wed,fri", {0, 2, 4}),
        ("monday - friday, sunday", {0, 1, 2, 3, 4, 6}),
        ("tue", {1}),
        ("mon-sun", set(range(7))),
    ],
)
def test_sending_days(text: str, days: set[int]) -> None:
    assert words.parse_send_on(text) == days


def test_limits() -> None:
    assert words.parse_cap("3 per 7 days") == Cap(3, DAYS_7)
    assert words.parse_cap("1 per day") == Cap(1, Duration(1, Unit.DAYS))
    for text in ("0 per day", "per day", "3 per", "3 per blue moon"):
        with pytest.raises(WordError):
            words.parse_cap(text)


def test_reentry() -> None:
    assert words.parse_reentry("never") == Reentry(ReentryKind.NEVER)
    assert words.parse_reentry("always") == Reentry(ReentryKind.ALWAYS)
    assert words.parse_reentry("every 90 days") == Reentry(ReentryKind.EVERY, Duration(90, Unit.DAYS))
    with pytest.raises(WordError):
        words.parse_reentry("every day or so")


@given(st.decimals(-(10**6), 10**6, places=4))
def test_an_amount_loses_nothing(amount: object) -> None:
    assert figures.parse_amount(str(amount)) == int(amount * 10_000)  # type: ignore[operator]  # a Decimal


@pytest.mark.parametrize("text", ["", "1e3", "£5", "5.00001", "nan", "inf", "1 000", "１０", "9" * 13])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(WordError):
        figures.parse_amount(text)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hello@shop.example", "hello@shop.example"),
        ("Acorn & Oak <hello@shop.example>", "Acorn & Oak <hello@shop.example>"),
        ('"Acorn & Oak" <hello@shop.example>', "Acorn & Oak <hello@shop.example>"),
        ("Acorn, Oak & Co. <hello@shop.example>", '"Acorn, Oak & Co." <hello@shop.example>'),
        ("Fırsat <hello@shop.example>", "Fırsat <hello@shop.example>"),
        ("<hello@shop.example>", "hello@shop.example"),
    ],
)
def test_a_sender_is_kept_as_a_mailbox(written: str, kept: str) -> None:
    assert addresses.parse_mailbox(written) == kept


@pytest.mark.parametrize(
    "text",
    ["", "Acorn", "a@b@c.example", "A <a@shop.example>, B <b@shop.example>", "A\r\nBcc: <a@shop.example>"],
)
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(WordError):
        addresses.parse_mailbox(text)


def test_a_postal_address_of_several_lines_becomes_one() -> None:
    assert (
        addresses.parse_postal("12 Mill Lane,\nBristol\n\nUnited Kingdom\n")
        == "12 Mill Lane, Bristol, United Kingdom"
    )


def test_locales_are_written_with_an_underscore_in_the_end() -> None:
    assert [addresses.parse_locale(text) for text in ("en", "tr-TR", "zh_Hant_TW")] == [
        "en",
        "tr_TR",
        "zh_Hant_TW",
    ]


def test_a_directory_of_zones_is_no_zone() -> None:
    for text in ("Europe", "../etc/passwd", "/etc/localtime", "", "x" * 5000, "a\0b"):
        with pytest.raises(WordError):
            words.parse_zone(text)


def test_the_slash_at_the_end_of_the_public_url_goes() -> None:
    assert addresses.parse_url("https://mail.shop.example/in/") == "https://mail.shop.example/in"


WORDS_WITH_PATTERN = [
    word for word in vars(shapes).values() if isinstance(word, shapes.Word) and "pattern" in word.schema
]


@pytest.mark.parametrize("word", WORDS_WITH_PATTERN, ids=lambda word: word.name)
@settings(max_examples=20)
@given(data=st.data())
def test_what_the_schema_takes_the_loader_takes_or_explains(
    word: shapes.Word[object], data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(str(word.schema["pattern"]), re.ASCII), fullmatch=True))
    try:
        word.parse(text)
    except WordError as error:
        assert str(error).endswith(".")  # noqa: PT017 - both outcomes are right, a sentence is all that is asked


@pytest.mark.parametrize(
    ("word", "good"),
    [
        (shapes.DURATION, "2 days"),
        (shapes.TIME, "9:05"),
        (shapes.SEND_BETWEEN, "09:00 - 24:00"),
        (shapes.SEND_ON, "mon-fri, sun"),
        (shapes.CAP, "1 per day"),
        (shapes.REENTRY, "every 90 days"),
        (shapes.LOCALE, "zh_Hant_TW"),
        (shapes.ZONE, "America/Argentina/Buenos_Aires"),
        (shapes.ZONE, "Etc/GMT+3"),
        (shapes.MAILBOX, "Acorn & Oak <hello@shop.example>"),
        (shapes.URL, "https://mail.shop.example/x"),
        (shapes.TEMPLATE, "welcome/hello-2"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_schema_takes_what_the_loader_takes(word: shapes.Word[object], good: str) -> None:
    word.parse(good)
    assert re.search(str(word.schema["pattern"]), good)


@pytest.mark.parametrize(
    "word",
    [word for word in vars(shapes).values() if isinstance(word, shapes.Word)],
    ids=lambda word: word.name,
)
@settings(max_examples=20)
@given(text=st.text())
def test_no_text_does_more_than_a_word_error(word: shapes.Word[object], text: str) -> None:
    try:
        word.parse(text)
    except WordError as error:
        assert str(error)  # noqa: PT017 - a text may also be right
