"""How a forecast is shown: no line is too long, no number is lost, no name breaks the page."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from penfriend.cli.future.page import Sample, page
from penfriend.cli.future.terminal import bars, by_day_table
from penfriend.cli.future.words import sentences
from penfriend.domain.customers import Customers
from penfriend.domain.forecast import Capped, CouponUse, Forecast, ForecastMail
from penfriend.domain.overview import CampaignCounts, Overview
from penfriend.domain.timing import DAY, HOUR, Moment, from_datetime

BEGIN = from_datetime(datetime(2026, 3, 2, tzinfo=UTC))
LONG = "a_campaign_whose_name_is_much_longer_than_anybody_would_like"


def forecast(days: int = 30, a_day: int = 3, rate: float | None = None, silent: str = "quiet") -> Forecast:
    mails = [
        ForecastMail(Moment(BEGIN + day * DAY + 9 * HOUR), name, "hello", f"<{name}{day}-{number}@x.example>")
        for day in range(days)
        for name in ("news", LONG)
        for number in range(1 + (a_day * day) % 997)
    ]
    sent = {name: sum(mail.campaign == name for mail in mails) for name in ("news", LONG, silent)}
    campaigns = {
        name: CampaignCounts(entered=number, messages={"sent": number}) for name, number in sent.items()
    }
    return Forecast(
        begin=BEGIN,
        end=Moment(BEGIN + days * DAY),
        zone=ZoneInfo("UTC"),
        revision=0,
        note="",
        customers=Customers(),
        overview=Overview(BEGIN, 10, campaigns, 0, 0, {}, {}),
        mails=tuple(mails),
        capped=Capped(5, 4, 1),
        rate=rate,
        coupons={"ten": CouponUse(3, 0, 2), "many": CouponUse(3, 9, 0)},
    )


@pytest.mark.parametrize("days", [1, 30, 62, 400])
def test_no_line_of_the_bars_is_wider_than_the_terminal(days: int) -> None:
    found = forecast(days, 333)
    for width in (80, 120):
        lines = [line.plain for line in bars(found, width)]
        assert max(map(len, lines)) <= width
        assert any("█" in line for line in lines)


def test_longest_bar_is_the_day_with_the_most_mails() -> None:
    shown = [line.plain for line in bars(forecast(3, 40), 80)]
    days = [line for line in shown if "Mar" in line]
    assert [line.split()[3] for line in days] == ["2", "82", "162"]
    assert days[0].count("█") < days[1].count("█") < days[2].count("█")


def test_table_has_every_day_and_its_sum() -> None:
    shown = by_day_table(forecast(3, 1))
    assert [str(cell) for cell in list(shown.columns)[-1].cells] == ["2", "4", "6", "12"]


def test_sentences_name_what_is_worth_a_look() -> None:
    said = " ".join(sentences(forecast(3, 40, rate=0.01)))
    assert "Busiest hour: 2026-03-04 09:00, 162 mails; at rate=0.01/s they take 270 min, MORE THAN" in said
    assert "at_most holds up 5 mails of 4 people (frequency_cap); 1 mail became too late" in said
    assert "Coupon ten: 3 codes are given, 0 are left, 2 mails still without one (no_coupon)." in said
    assert "Coupon many" not in said
    assert "Send nothing: quiet." in said


def test_page_fetches_nothing_and_breaks_at_no_name() -> None:
    bad = '<script>"x"</script>'
    future = forecast(3, 2, silent=bad)
    sample = Sample(future.mails[0], bad, f"<p>{bad}</p>", "mails/a.eml")
    html = page(future, [sample])
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 3
    assert "default-src 'none'" in html
