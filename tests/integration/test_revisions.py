"""Earlier revisions, made ready for the mails that they have made: read on demand, the last few kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from penfriend.bootstrap import Files, House, applying, read_files, revisions
from penfriend.domain.errors import AppliedMeanwhile, RevisionUnusable, StoreUnavailable
from penfriend.domain.timing import Moment
from penfriend.storage import revisions as stored
from penfriend.storage.revisions import add_revision, equals_live, live_number, load_revision
from penfriend.storage.tables import revisions as table

ENTRY = "campaigns.yaml"
CAMPAIGNS = """\
version: 1
brand: {name: %s, from: "Acorn <hello@mail.acorn.example>", address: "12 Mill Lane, Bristol"}
"""


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    environment = {"PENFRIEND_DATABASE_URL": database_url, "PENFRIEND_SECRET_KEY": "a secret for the tests"}
    with House.open(environment) as house:
        yield house


def keep(house: House, number: int, brand: str = "Acorn") -> None:
    """A revision, as it was applied once."""
    row = {"number": number, "applied_at": 1, "digest": str(number), "entry": ENTRY}
    with house.db.write() as connection:
        connection.execute(insert(table), row | {"files": {ENTRY: CAMPAIGNS % brand}})


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The revisions that were read from the store, in order."""
    found: list[int] = []

    def counted(connection: object, number: int) -> object:
        found.append(number)
        return load_revision(connection, number)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(revisions, "load_revision", counted)
    return found


def test_earlier_revision_says_what_it_said(house: House) -> None:
    keep(house, 1, "Acorn")
    keep(house, 2, "Ash")
    live = house.live()
    assert live is not None
    assert (live.definitions.brand.name, house.revision(1).definitions.brand.name) == ("Ash", "Acorn")
    assert house.revision(2) is live


def test_it_is_read_once(house: House, reads: list[int]) -> None:
    keep(house, 1)
    assert house.revision(1) is house.revision(1)
    assert reads == [1]


def test_only_the_last_few_are_kept(house: House, reads: list[int]) -> None:
    numbers = list(range(1, revisions.KEPT + 2))
    for number in numbers:
        keep(house, number)
    for number in numbers:
        house.revision(number)
    house.revision(2)
    assert reads == numbers
    house.revision(1)
    assert reads == [*numbers, 1]


@pytest.mark.parametrize(
    ("brand", "said"), [('"${SHOP_NAME}"', "SHOP_NAME is not set"), ("{", "campaigns.yaml:")]
)
def test_one_that_cannot_be_read_here_says_why_and_is_read_once(
    house: House, reads: list[int], brand: str, said: str
) -> None:
    keep(house, 1, brand)
    for _ in range(2):
        with pytest.raises(RevisionUnusable) as raised:
            house.revision(1)
        assert str(raised.value).startswith("revision 1 cannot run here: campaigns.yaml:")
        assert said in str(raised.value)
    assert reads == [1]


def test_one_that_is_not_kept_says_so(house: House) -> None:
    with pytest.raises(RevisionUnusable, match="there is no revision 7"):
        house.revision(7)


def test_fault_of_ours_in_an_earlier_versions_files_is_no_crash(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(house, 1)

    def fail(*_: object) -> None:
        raise KeyError("brand")

    monkeypatch.setattr(revisions, "read_definitions", fail)
    with pytest.raises(RevisionUnusable, match="revision 1 cannot be read: KeyError"):
        house.revision(1)


def test_store_that_fails_says_nothing_about_the_revision(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(house, 1)

    def fail(*_: object) -> None:
        raise StoreUnavailable("the server was stopped")

    with monkeypatch.context() as patched:
        patched.setattr(revisions, "load_revision", fail)
        with pytest.raises(StoreUnavailable):
            house.revision(1)
    assert house.revision(1).revision == 1


def files_of(folder: Path, brand: str) -> Files:
    folder.mkdir()
    (folder / ENTRY).write_text(CAMPAIGNS % brand, encoding="utf-8")
    return read_files(folder / ENTRY)


@pytest.mark.both
@pytest.mark.parametrize(("theirs", "live", "changed"), [("Acorn", 1, False), ("Ash", 2, True)])
def test_two_processes_that_take_up_files_at_the_same_moment_both_go_on(
    house: House,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    theirs: str,
    live: int,
    changed: bool,
) -> None:
    ours, other_files = files_of(tmp_path / "ours", "Acorn"), files_of(tmp_path / "theirs", theirs)
    looked: list[bool] = []

    def look_while_another_is_faster(connection: Connection, digest: str) -> bool:
        found = equals_live(connection, digest)
        looked.append(found)
        if len(looked) == 1:
            environment = {
                "PENFRIEND_DATABASE_URL": database_url,
                "PENFRIEND_SECRET_KEY": "a secret key of tests",
            }
            with House.open(environment) as other:
                other.apply(other_files)
        return found

    monkeypatch.setattr(applying, "equals_live", look_while_another_is_faster)
    applied = house.apply(ours)
    assert (applied.revision, applied.changed) == (live, changed)
    assert house.definitions().brand.name == "Acorn"


def test_two_that_meet_at_the_number_of_a_revision_are_told_apart(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"PENFRIEND_DATABASE_URL": postgres_url, "PENFRIEND_SECRET_KEY": "a secret for the tests"}
    with House.open(environment) as house:

        def look_while_another_is_faster(connection: Connection) -> int:
            found = live_number(connection)
            keep(house, found + 1)
            return found

        monkeypatch.setattr(stored, "live_number", look_while_another_is_faster)
        with pytest.raises(AppliedMeanwhile), house.db.write() as connection:
            add_revision(connection, {}, ENTRY, Moment(1))
        assert house.revision_number() == 1
