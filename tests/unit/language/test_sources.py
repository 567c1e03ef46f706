"""Sources, and the SELECT of a segment: what is wrong with one is told at its place in the .sql file."""

from __future__ import annotations

import pytest

from penfriend.domain.segment import Things
from penfriend.domain.sources import Source
from penfriend.domain.timing import Duration, Unit
from penfriend.language import load, sql_files_of
from tests.unit.language.support import HEAD, problems_of

SOURCE = "sources: {w: {url: 'postgresql://db.example/shop'}}\n"
FANS = "segments: {fans: {source: w, sql: sql/fans.sql}}\n"


def said(select: str, more: str = "", file: str = SOURCE + FANS) -> list[str]:
    """The problems of a file with that SELECT."""
    loaded = load({"c.yaml": HEAD + file + more, "sql/fans.sql": select}, "c.yaml", {}, None)
    return [str(problem) for problem in loaded.problems]


def test_a_source_has_what_it_says_and_what_is_usual() -> None:
    text = (
        "sources: {w: {url: 'sqlite:///x.db', timeout: 5 seconds, max_rows: 10, every: 2 hours, "
        "max_cost: 9}}\n"
    )
    loaded = load({"c.yaml": HEAD + text}, "c.yaml", {}, None)
    assert loaded.definitions is not None
    assert loaded.definitions.sources["w"] == Source(
        "w", "sqlite:///x.db", Duration(5, Unit.SECONDS), 10, Duration(2, Unit.HOURS), 9
    )
    assert "sqlite" not in repr(loaded.definitions.sources["w"])


def test_the_select_is_known_with_its_columns_and_parameters() -> None:
    text = (
        "-- :now\nSELECT a.Id AS contact_id, n AS \"Favourite\" FROM a WHERE at > :now AND x::text <> ':now'"
    )
    loaded = load({"c.yaml": HEAD + SOURCE + FANS, "sql/fans.sql": text}, "c.yaml", {}, None)
    assert loaded.definitions is not None
    segment = loaded.definitions.segments["fans"]
    select = segment.select
    assert select is not None
    assert (segment.of, select.columns, select.shown) == (
        Things.ROWS,
        ("contact_id", "Favourite"),
        ("Favourite",),
    )
    assert [(text[place : place + 4], name) for place, name in select.parameters] == [(":now", "now")]


@pytest.mark.parametrize(
    ("select", "problem"),
    [
        ("", "1:1: the file is empty; it holds one SELECT."),
        ("DELETE FROM a", "1:1: this is no SELECT; the file holds one."),
        ("VALUES (1)", "1:1: this is no SELECT; the file holds one."),
        (
            "SELECT 1 AS email;\n\n  DROP TABLE a",
            "3:3: a second statement begins; the file holds one SELECT.",
        ),
        ("SELECT 1 AS email FROM (", '1:24: this SELECT cannot be read at "(".'),
        (
            "SELECT 'a AS email",
            "1:1: this cannot be read: is a quotation mark or a comment not closed?",
        ),
        ("SELECT 1 AS email\nINTO b FROM a", "2:1: SELECT INTO makes a table; a segment only reads."),
        (
            "SELECT email FROM a\nFOR UPDATE",
            "2:1: FOR UPDATE and FOR SHARE lock rows; a segment only reads.",
        ),
        (
            "WITH gone AS (\n  DELETE FROM a RETURNING email\n) SELECT email FROM gone",
            "2:3: DELETE writes; a segment only reads.",
        ),
        (
            "SELECT setval('s', 1) AS email",
            "1:8: the function setval does more than answer; a segment only reads.",
        ),
        ("SELECT :since AS email", '1:8: unknown parameter ":since". There are: :now, :last_run.'),
        ("SELECT ? AS email", "1:8: a parameter has a name here: :now or :last_run."),
        ("SELECT email, count(*) FROM a", "1:1: a column has no name; give it one with AS."),
        ("SELECT email, 1 AS x, 2 AS X FROM a", '1:1: two columns are called "x".'),
        (
            "SELECT id, name FROM a",
            (
                "1:1: no column says who is meant: one has to be called contact_id (the shop's id) or email. "
                "It has: id, name. One called occurrence says what a row is about."
            ),
        ),
    ],
)
def test_what_cannot_run_is_refused_at_its_place(select: str, problem: str) -> None:
    assert said(select) == [f"sql/fans.sql:{problem}"]


def test_a_star_is_taken_with_a_warning() -> None:
    warning = "the columns of * are checked only when it runs; write their names out."
    assert said("SELECT * FROM a") == [f"sql/fans.sql:1:8: warning: {warning}"]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (FANS, '3:27: unknown source "w". Defined in sources: nothing yet.'),
        (
            SOURCE + "segments: {a: {sql: a.sql}}",
            '4:16: "sql" goes with "source": the database that it reads.',
        ),
        (SOURCE + "segments: {a: {source: w}}", '4:16: "source" goes with "sql": a file with one SELECT.'),
        (
            SOURCE + "segments: {a: {source: w, sql: ../a.sql}}",
            (
                '4:32: "../a.sql" is no file with a SELECT. Write the path of an .sql file beside the '
                "campaigns, such as sql/fans.sql."
            ),
        ),
        (
            SOURCE + "segments: {a: {source: w, sql: a.sql}}",
            '4:32: the file "a.sql" cannot be read, or is not there.',
        ),
        (
            "sources: {w: {url: db.example}}",
            (
                "3:20: this is no address of a database. Write postgresql://user:password@host/name, or "
                "sqlite:///file.db."
            ),
        ),
        (
            "sources: {w: {url: 'sqlite:///x', every: 59 seconds}}",
            "3:42: 59 seconds is too often; at the least 1 minute.",
        ),
        (
            "sources: {w: {url: 'postgresql://u:sesame@db.example/x'}}",
            (
                "3:20: warning: a password stands here for all to read. Take the address from the "
                'environment: "${NAME}".'
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_source_or_its_segment_is_told(file: str, problem: str) -> None:
    assert problems_of(file) == [problem]


@pytest.mark.parametrize("key", ["of: carts", "key: cart_id", "where: {contact.country: TR}"])
def test_what_does_not_go_with_sql_is_refused(key: str) -> None:
    word = key.partition(":")[0]
    (problem,) = said("SELECT email FROM a", file=SOURCE + FANS.replace("{source", "{" + key + ", source"))
    assert f'"{word}" does not go with "sql"' in problem


def test_a_segment_cannot_be_called_as_something_else_in_letters() -> None:
    (problem,) = said("SELECT email FROM a", file=SOURCE + FANS.replace("fans:", "orders:"))
    assert 'a segment with sql cannot be called "orders"' in problem


def test_the_files_that_a_campaign_file_names_are_found_without_reading_it_whole() -> None:
    text = "segments: {a: {sql: x/a.sql}, b: {sql: ' b.sql '}, c: {sql: /etc/c.sql}}\nwebhooks: {sql: 1}\n"
    assert sql_files_of(text) == ("x/a.sql", "b.sql")
    assert sql_files_of("segments: [sql: {") == ()
