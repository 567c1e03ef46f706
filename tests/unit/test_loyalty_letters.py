"""The sample shop's letters of points, rewards, levels and friends: what they say to whom."""

import re
from typing import Any

import pytest

from tests.support.sample_letters import FILES, ROOT, letter, the_definitions, the_renderer

CAMPAIGNS = {
    "points_earned",
    "points_statement",
    "double_points",
    "reward_nearly_reached",
    "reward_available",
    "tier_reached",
    "tier_at_risk",
    "referral_invitation",
    "referral_reward",
}


def made(name: str, **facts: Any) -> tuple[str, str, str]:
    """Subject, HTML and text of the letter in English."""
    return the_renderer().fill(letter(the_definitions(), name, **facts))


def points(balance: int) -> dict[str, object]:
    return {"balance": balance, "earned": balance, "remaining": 0, "expires_at": None}


NO_REWARDS = {"available_count": 0, "next_cost": None, "last_at": None}


def test_the_campaigns_are_off_until_somebody_takes_that_out() -> None:
    campaigns = the_definitions().campaigns
    assert {name: campaigns[name].active for name in CAMPAIGNS} == dict.fromkeys(CAMPAIGNS, False)


@pytest.mark.parametrize(("balance", "width"), [(0, 2), (4, 2), (400, 25), (800, 50), (1599, 98)])
def test_the_bar_is_as_long_as_the_way_that_lies_behind(balance: int, width: int) -> None:
    _, html, _ = made("points/statement", points=points(balance))
    assert re.findall(r'<td class="sum" width="(\d+)%"', html) == [str(width)]


def test_the_first_points_are_shown_on_their_way_to_the_first_hundred() -> None:
    _, _, text = made("points/earned", points=points(76), rewards=NO_REWARDS)
    assert "24 points more and they take £5 off an order." in text
    assert "76 of 100 points" in text
    assert "off." not in text


def test_who_has_enough_for_every_reward_sees_no_bar() -> None:
    _, html, text = made("points/earned", points=points(1250), rewards=NO_REWARDS)
    assert 'width="98%"' not in html
    assert "they can take £60.00 off." in text
    assert " more and " not in text


def test_a_statement_leaves_out_what_there_is_not() -> None:
    _, _, text = made("points/statement", points=points(20), rewards=NO_REWARDS, contact={"tier": None})
    body = text.partition("In your account  20\n\n")[2].partition("\n\nUse my points")[0]
    assert body == "Every 100 points take £5 off an order."


@pytest.mark.parametrize(
    ("tier", "usual"), [(None, 120), ("silver", 180), ("gold", 240), ("platinum", 300), ("bronze", 120)]
)
def test_double_points_are_twice_what_the_reader_gets_on_other_days(tier: str | None, usual: int) -> None:
    _, _, text = made("points/double", contact={"tier": tier})
    assert f"{2 * usual} points for an order of £60.00; on other days {usual}" in text


@pytest.mark.parametrize(
    ("tier", "first", "benefits"),
    [("silver", "Three points", 2), ("gold", "Four points", 3), ("platinum", "Five points", 4)],
)
def test_each_level_is_told_what_it_brings(tier: str, first: str, benefits: int) -> None:
    subject, _, text = made("tier/reached", event={"tier": tier, "until": None})
    assert subject == f"You have reached {tier}"
    brought = text.partition("What it brings you\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(brought) == 2 * benefits
    assert brought[0].startswith(first)


def test_what_keeps_a_level_is_the_same_in_the_segment_and_in_the_letter() -> None:
    segment = (ROOT / "campaigns/tiers.yaml").read_text(encoding="utf-8")
    asked = dict(re.findall(r"contact\.tier: (\w+), orders\.total: \{less_than: (\d+)", segment))
    assert set(asked) == {"silver", "gold", "platinum"}
    for tier, amount in asked.items():
        _, _, text = made("tier/at_risk", contact={"tier": tier})
        assert f"Orders of £{int(amount):,}.00 within the year" in text


def test_the_code_is_a_part_of_the_link_whatever_is_in_it() -> None:
    _, html, text = made("referral/invitation", contact={"attributes": {"referral_code": "A B&C?7"}})
    assert 'href="https://shop.acornandoak.example/hello?code=A%20B%26C%3F7"' in html
    assert "A B&C?7 is your code" in text


def test_no_number_of_points_is_made_up_for_a_friend() -> None:
    subject, _, text = made("referral/reward", event={"friend": None, "points": None})
    assert subject == "A friend of yours has ordered. Thank you."
    assert "in your account already" not in text


def test_a_reward_for_nothing_speaks_of_no_price() -> None:
    reward = {"id": "r", "title": "Tea towel", "cost": None, "expires_at": None, "status": "available"}
    _, _, text = made("rewards/available", reward=reward)
    assert "Tea towel as a present, with our thanks" in text
    assert "point" not in text.partition("We are writing")[0]


def test_the_letters_have_no_picture_that_could_be_missing() -> None:
    for folder in ("points/", "rewards/", "tier/", "referral/"):
        for path in (path for path in FILES if path.startswith(folder)):
            assert "<img" not in made(path.removesuffix(".mjml"))[1]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "1 reward is", 2: "2 rewards are"}),
        ("tr", {1: "1 ödül ", 2: "2 ödül ", 11: "11 ödül "}),
        (
            "pl",
            {
                1: "Czeka na Ciebie 1 nagroda.",
                2: "Czekają na Ciebie 2 nagrody.",
                5: "Czeka na Ciebie 5 nagród.",
                12: "Czeka na Ciebie 12 nagród.",
                22: "Czekają na Ciebie 22 nagrody.",
                112: "Czeka na Ciebie 112 nagród.",
            },
        ),
        (
            "ar",
            {
                1: "مكافأة واحدة بانتظارك.",
                2: "مكافأتان بانتظارك.",
                3: "3 مكافآت بانتظارك.",
                11: "11 مكافأة بانتظارك.",
                100: "100 مكافأة بانتظارك.",
                103: "103 مكافآت بانتظارك.",
            },
        ),
    ],
)
def test_rewards_take_the_plural_form_of_the_language(language: str, forms: dict[int, str]) -> None:
    for number, words in forms.items():
        rewards = {"available_count": number, "next_cost": None, "last_at": None}
        _, _, text = made("points/statement", language=language, rewards=rewards)
        assert words in text


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("pl", {1: "1 punkt", 2: "2 punkty", 5: "5 punktów", 22: "22 punkty"}),
        ("ar", {0: "لا نقاط", 1: "نقطة واحدة", 2: "نقطتان", 3: "3 نقاط", 11: "11 نقطة", 102: "102 نقطة"}),
        ("tr", {0: "0 puan", 1: "1 puan", 5: "5 puan"}),
    ],
)
def test_a_statement_counts_points_as_the_language_does(language: str, forms: dict[int, str]) -> None:
    for number, words in forms.items():
        subject, _, _ = made("points/statement", language=language, points=points(number))
        assert subject.endswith(words)
