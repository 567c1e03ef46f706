"""The model of customers: shares that hold, readers that repeat, and one thing after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.domain.customers import Customers
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import DAY, Moment

SENT = Moment(1_772_452_800_000_000)
MANY = 4_000
SHARES = (0.4, 0.1, 0.03)


def test_so_many_open_click_and_buy() -> None:
    customers = Customers(*SHARES)
    readings = [customers.read(f"<{number}@mail.example>", SENT) for number in range(MANY)]
    opened = sum(one.opened_at is not None for one in readings) / MANY
    clicked = sum(one.clicked_at is not None for one in readings) / MANY
    bought = sum(one.bought_at is not None for one in readings) / MANY
    assert (opened, clicked, bought) == pytest.approx(SHARES, abs=0.02)


@given(st.text(), st.integers(0, 9), st.integers(0, 11))
def test_who_buys_has_clicked_and_who_clicks_has_opened(mail: str, seed: int, scores: int) -> None:
    reading = Customers(0.9, 0.6, 0.3, seed).read(mail, SENT, scores)
    assert reading == Customers(0.9, 0.6, 0.3, seed).read(mail, SENT, scores)
    moments = [SENT, reading.opened_at, reading.clicked_at, reading.bought_at]
    came = [moment for moment in moments if moment is not None]
    assert moments == came + [None] * (4 - len(came))
    assert came == sorted(set(came))
    assert came[-1] <= SENT + 4 * DAY
    assert (reading.score is None) == (reading.clicked_at is None or scores == 0)
    assert reading.score is None or 0 <= reading.score < scores


def test_every_score_is_given() -> None:
    everybody = Customers(1, 1, 0)
    assert {everybody.read(str(number), SENT, 5).score for number in range(200)} == set(range(5))


def test_another_seed_draws_others() -> None:
    one, other = (
        [Customers(0.5, 0, 0, seed).read(str(number), SENT).opened_at is None for number in range(50)]
        for seed in (1, 2)
    )
    assert one != other


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ((1.5, 0, 0), "--opens 1.5 is no share"),
        ((0.5, -0.1, 0), "--clicks -0.1 is no share"),
        ((0.1, 0.2, 0), "who clicks has opened"),
        ((0.3, 0.1, 0.2), "who buys has clicked"),
    ],
)
def test_shares_that_cannot_be_are_named(shares: tuple[float, float, float], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        Customers(*shares)
