"""The files of codes: what is wrong with one is told with its place, what is right is taken in at apply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.bootstrap.coupon_codes import read_codes
from penfriend.bootstrap.taking_up import apply_at_start, apply_changed
from penfriend.domain.definitions import Coupon
from penfriend.engine.clock import SetClock
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.tables import coupon_codes
from tests.support.empty_store import with_tables
from tests.support.mail_pieces import NOON

FILE = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
coupons: {spring: {from: codes/spring.csv}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "codes").mkdir()
    (tmp_path / "campaigns.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def house(folder: Path) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{folder / 'x.db'}"),
        "PENFRIEND_CONFIG": str(folder / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
    }
    with House.open(environment, SetClock(NOON)) as opened:
        yield opened


def bring(folder: Path, text: str | bytes) -> None:
    """The file of codes."""
    data = text.encode() if isinstance(text, str) else text
    (folder / "codes" / "spring.csv").write_bytes(data)


def said(house: House) -> list[str]:
    """What `validate` says."""
    return [str(problem) for problem in house.check(house.read_files()).problems]


def codes(house: House) -> list[tuple[str, str, int | None]]:
    with house.db.read() as connection:
        chosen = select(coupon_codes.c.coupon, coupon_codes.c.code, coupon_codes.c.enrollment_id)
        return [(row[0], row[1], row[2]) for row in connection.execute(chosen.order_by(coupon_codes.c.id))]


@pytest.mark.parametrize(
    "text",
    [
        "A1\nA2\n",
        "\ufeffA1\r\n\r\n A2 \r\n",
        "code\nA1\nA2\n",
        'Worth,CODE,Until\n"5, or more",A1,May\n6,A2,June\n',
        '"A1"\n"A2"',
    ],
)
def test_codes_are_read_from_a_list_or_a_column(folder: Path, text: str) -> None:
    bring(folder, text)
    assert list(read_codes(Coupon("spring", "codes/spring.csv"), "codes/spring.csv", folder)) == ["A1", "A2"]


NO_CODE = "a code is one line of 1 to 200 characters."
SEVERAL = 'has several columns; one code stands on each line, or the first line names the column "code".'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A1,5\nA2,6\n", f"codes/spring.csv:1:1: {SEVERAL}"),
        ("worth,code\n5,A1\n6\n", f'codes/spring.csv:3:1: found ""; {NO_CODE}'),
        ("A" * 201, f'codes/spring.csv:1:1: found "{"A" * 40}"; {NO_CODE}'),
        ("A1\nA\x072\n", f"codes/spring.csv:2:1: found characters that cannot be shown; {NO_CODE}"),
        ('A1\n"A2', "codes/spring.csv:2:1: is no CSV here: unexpected end of data."),
        (b"A1\n\xff\n", "codes/spring.csv:1:1: is not UTF-8 (byte 0xff)."),
    ],
)
def test_file_that_is_wrong_is_an_error_with_its_place(
    house: House, folder: Path, text: str | bytes, problem: str
) -> None:
    bring(folder, text)
    assert said(house) == [problem]


def test_file_that_is_a_folder_cannot_be_read(house: House, folder: Path) -> None:
    (folder / "codes" / "spring.csv").mkdir()
    assert said(house) == [
        'campaigns.yaml:2:26: the file "codes/spring.csv" of codes cannot be read (Is a directory).'
    ]


def test_file_without_codes_is_a_warning(house: House, folder: Path) -> None:
    bring(folder, "code\n")
    assert said(house) == ['campaigns.yaml:2:26: warning: the file "codes/spring.csv" has no codes.']


def test_codes_are_there_when_the_files_are_live(house: House, folder: Path) -> None:
    bring(folder, "A1\nA2\n")
    house.apply(house.read_files())
    assert codes(house) == [("spring", "A1", None), ("spring", "A2", None)]


@pytest.mark.parametrize("at_start", [True, False])
def test_file_that_changed_alone_is_taken_in_too(house: House, folder: Path, at_start: bool) -> None:
    bring(folder, "A1\nA2\n")
    house.apply(house.read_files())
    CouponPool(house.db).give("spring", [7], NOON)
    bring(folder, "A3\n")
    again = apply_at_start if at_start else apply_changed
    assert not again(house, house.read_files()).changed
    assert codes(house) == [("spring", "A1", 7), ("spring", "A3", None)]


def test_file_that_is_gone_takes_nothing_away_and_is_told(house: House, folder: Path) -> None:
    bring(folder, "A1\n")
    house.apply(house.read_files())
    (folder / "codes" / "spring.csv").unlink()
    applied = apply_at_start(house, house.read_files())
    assert [str(problem) for problem in applied.problems] == [
        'campaigns.yaml:2:26: there is no file "codes/spring.csv" of codes.'
    ]
    assert codes(house) == [("spring", "A1", None)]


def test_coupon_under_a_new_name_keeps_its_codes(house: House, folder: Path) -> None:
    bring(folder, "A1\nA2\n")
    house.apply(house.read_files())
    CouponPool(house.db).give("spring", [7], NOON)
    renamed = FILE.replace("{spring: {", "{summer: {was: spring, ")
    (folder / "campaigns.yaml").write_text(renamed, encoding="utf-8")
    bring(folder, "A2\nA3\n")
    house.apply(house.read_files())
    assert codes(house) == [("summer", "A1", 7), ("summer", "A2", None), ("summer", "A3", None)]


def test_status_tells_of_few_codes(house: House, folder: Path) -> None:
    (folder / "campaigns.yaml").write_text(
        FILE.replace("spring.csv", "spring.csv, warn_below: 5"), encoding="utf-8"
    )
    bring(folder, "A1\n")
    house.apply(house.read_files())
    counts = house.overview().coupons["spring"]
    assert (counts.left, counts.warn_below, counts.is_low) == (1, 5, True)
