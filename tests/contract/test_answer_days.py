"""Answers to surveys counted by day as they come in, over real stores; and the pages of comments."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.bootstrap.surveys import survey_comments
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Own, Taken
from penfriend.domain.timing import DAY, HOUR, Moment, local_date
from penfriend.storage.answer_days import answers_by_day
from penfriend.storage.tables import answers
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@acorn.example>, address: 12 Mill Lane, public_url: "https://m.example",
  locale: en, timezone: Asia/Kolkata, currency: GBP}
surveys: {after: {type: nps, question: Would you recommend us?}, visit: {type: csat, question: How was it?}}
"""
THEN, TODAY = Moment(NOON - 10 * DAY), date(2026, 2, 20)


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as opened:
        opened.apply(opened.read_files())
        opened.ingester().ingest_contacts(
            [ContactIn(f"c{number}", f"c{number}@shop.example") for number in range(6)]
        )
        yield opened


def given(house: House, who: str, score: int | None, at: int = THEN, **more: object) -> tuple[EventIn, Own]:
    """Somebody's answer in a run, which is 1 unless another is given."""
    run = more.pop("run", 1)
    assert isinstance(run, int)
    said = {"survey": "after", **({} if score is None else {"score": score}), **more}
    event = EventIn("survey_answered", None, None, Moment(at), said, f"{who}-{score}-{at}-{run}-{more}")
    return event, Own(house.contact_id(who), run, None)


def take(house: House, *events: tuple[EventIn, Own]) -> None:
    assert house.ingester().ingest_own(list(events)) == [Taken()] * len(events)


def counted(house: House) -> dict[tuple[str, date, int | None], int]:
    with house.db.read() as connection:
        return {(one.survey, one.day, one.score): one.people for one in answers_by_day(connection, None)}


def test_answers_of_a_day_are_counted_by_score(house: House) -> None:
    take(
        house,
        given(house, "c0", 9),
        given(house, "c1", 9),
        given(house, "c2", 3),
        given(house, "c3", None, comment="Well"),
    )

    assert counted(house) == {("after", TODAY, 9): 2, ("after", TODAY, 3): 1, ("after", TODAY, None): 1}


def test_who_answers_again_in_the_same_run_counts_once_on_the_day_of_the_last_answer(house: House) -> None:
    take(house, given(house, "c0", 9))
    take(house, given(house, "c0", 4, THEN + 2 * DAY))
    take(house, given(house, "c0", 4, THEN + 2 * DAY + HOUR, comment="Late"))

    assert counted(house) == {("after", TODAY + timedelta(days=2), 4): 1}


def test_an_answer_that_comes_in_late_does_not_replace_a_later_one(house: House) -> None:
    take(house, given(house, "c0", 9, THEN + DAY))
    take(house, given(house, "c0", 1, THEN))

    assert counted(house) == {("after", TODAY + timedelta(days=1), 9): 1}


def test_another_run_and_another_survey_count_beside(house: House) -> None:
    take(house, given(house, "c0", 9), given(house, "c0", 8, run=2), given(house, "c0", 5, survey="visit"))

    assert counted(house) == {("after", TODAY, 9): 1, ("after", TODAY, 8): 1, ("visit", TODAY, 5): 1}


def test_days_are_of_the_brands_clock(house: House) -> None:
    """It is half past five hours later in Kolkata."""
    take(house, given(house, "c0", 9, THEN + 7 * HOUR))

    assert counted(house) == {("after", TODAY + timedelta(days=1), 9): 1}


def test_the_days_are_always_those_of_the_answers_that_hold(house: House) -> None:
    """Random answers in random batches, counted again from the rows themselves."""
    draw = random.Random(7)  # a test
    zone = house.definitions().brand.zone
    for number in range(12):
        batch = [
            given(
                house,
                f"c{draw.randrange(6)}",
                draw.randrange(3),
                THEN + draw.randrange(72) * HOUR,
                run=draw.randrange(2),
                comment=f"{number}.{place}",
            )
            for place in range(draw.randrange(1, 6))
        ]
        take(house, *batch)

        with house.db.read() as connection:
            rows = connection.execute(select(answers).order_by(answers.c.answered_at, answers.c.id)).all()
        last = {(row.contact_id, row.survey, row.enrollment_id): row for row in rows}
        wanted = Counter(
            (row.survey, local_date(Moment(row.answered_at), zone), row.score) for row in last.values()
        )
        assert counted(house) == wanted


def test_days_before_the_first_that_is_wanted_are_left_out(house: House) -> None:
    take(
        house, given(house, "c0", 9), given(house, "c1", 8, THEN + DAY), given(house, "c2", 5, survey="visit")
    )

    with house.db.read() as connection:
        later = answers_by_day(connection, TODAY + timedelta(days=1))
        visit = answers_by_day(connection, None, "visit")
    assert [(one.survey, one.score) for one in later] == [("after", 8)]
    assert [(one.survey, one.score) for one in visit] == [("visit", 5)]


# -- comments


def told(house: House, scores: list[int | None], before: tuple[Moment, int] | None = None) -> list[str]:
    return [one.written.text for one in survey_comments(house, "after", scores, before, 3)]


def test_the_newest_comments_come_first_and_only_those_with_the_wanted_scores(house: House) -> None:
    take(
        house,
        *(
            given(house, f"c{score}", score, THEN + score * HOUR, comment=f"said {score}")
            for score in range(6)
        ),
    )
    take(house, given(house, "c0", 9, THEN, run=2), given(house, "c1", 9, THEN, run=2, comment=""))

    assert told(house, list(range(11))) == ["said 5", "said 4", "said 3"]
    assert told(house, [1, 9]) == ["said 1"]
    assert told(house, []) == []


def test_the_next_page_begins_behind_the_last_comment_also_among_those_of_one_moment(house: House) -> None:
    take(house, *(given(house, f"c{number}", number % 2, comment=f"said {number}") for number in range(6)))

    first = survey_comments(house, "after", [0, 1], None, 4)
    last = first[-1]
    second = survey_comments(house, "after", [0, 1], (last.written.at, last.id), 4)
    assert [one.written.text for one in (*first, *second)] == [
        f"said {number}" for number in (5, 4, 3, 2, 1, 0)
    ]


def test_a_comment_that_was_replaced_is_not_shown_and_one_without_a_score_is(house: House) -> None:
    take(house, given(house, "c0", 2, comment="at first"))
    take(
        house,
        given(house, "c0", 8, THEN + HOUR, comment="and then"),
        given(house, "c1", None, comment="no score"),
    )

    assert told(house, [*range(11), None]) == ["and then", "no score"]


def test_a_comment_is_told_with_whose_it_is(house: House) -> None:
    take(house, given(house, "c3", 2, comment="mine"))

    (one,) = survey_comments(house, "after", [2], None, 3)
    assert (one.key, one.campaign) == ("c3", None)


def test_who_turns_out_to_be_one_person_has_answered_once(house: House) -> None:
    unasked = [
        EventIn(
            "survey_answered", who, None, Moment(at), {"survey": "after", "score": score}, f"{who} {score}"
        )
        for who, score, at in (
            ("c0", 3, THEN),
            ("c1", 9, THEN + DAY),
            ("c1", 7, THEN + 2 * DAY),
            ("c2", 5, THEN),
        )
    ]
    house.ingester().ingest_events(unasked)
    take(house, given(house, "c0", 10, run=1), given(house, "c1", 2, run=2))
    day = {number: TODAY + timedelta(days=number) for number in range(3)}
    both = {("after", TODAY, 10): 1, ("after", TODAY, 2): 1, ("after", TODAY, 5): 1}
    assert counted(house) == both | {("after", TODAY, 3): 1, ("after", day[2], 7): 1}

    joined = EventIn("contact_merged", "c0", None, Moment(THEN + 3 * DAY), {"into": "c1"}, "joined")
    assert house.ingester().ingest_events([joined]) == [Taken()]
    assert counted(house) == both | {("after", day[2], 7): 1}, "asked by two mails they have answered both"

    later = EventIn("survey_answered", "c1", None, NOON, {"survey": "after", "score": 8}, "again")
    house.ingester().ingest_events([later])
    assert counted(house) == both | {("after", TODAY + timedelta(days=10), 8): 1}
