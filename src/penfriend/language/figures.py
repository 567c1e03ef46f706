"""Yes and no, numbers, amounts and whole numbers, read from text."""

from __future__ import annotations

import re
from decimal import Decimal

from penfriend.language.quoting import quote
from penfriend.language.words import AMOUNT_UNIT, MAX_AMOUNT_DIGITS, MAX_WHOLE, WordError

YES = ("yes", "true", "on")
NO = ("no", "false", "off")

WHOLE_PATTERN = r"-?[0-9]{1,15}"
NUMBER_PATTERN = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
PERCENT_PATTERN = r"[0-9]{1,3}(?:\.[0-9]{1,3})? *%"
RATE_PATTERN = r"[0-9]{1,9}(?:\.[0-9]{1,12})?"
AMOUNT_PATTERN = rf"-?[0-9]{{1,{MAX_AMOUNT_DIGITS}}}(?:\.[0-9]{{1,4}})?"
_WHOLE, _NUMBER, _AMOUNT = map(re.compile, (WHOLE_PATTERN, NUMBER_PATTERN, AMOUNT_PATTERN))


def parse_yes_no(text: str) -> bool:
    """yes, true and on; no, false and off."""
    word = text.strip().lower()
    if word not in YES + NO:
        raise WordError(f"{quote(text)} is neither yes nor no.")
    return word in YES


def parse_whole(text: str) -> int:
    """A whole number of at most fifteen digits."""
    if not _WHOLE.fullmatch(text.strip()):
        raise WordError(f"{quote(text)} is no whole number." + _spelling(text))
    number = int(text)
    if abs(number) > MAX_WHOLE:
        raise WordError(f"{quote(text)} is too large.")
    return number


def parse_whole_between(low: int, high: int, text: str) -> int:
    """A whole number from `low` to `high`, both included."""
    number = parse_whole(text)
    if not low <= number <= high:
        raise WordError(f"{quote(text)} is not between {low} and {high}.")
    return number


def parse_number(text: str) -> int | float:
    """A number; a whole one stays whole."""
    if not _NUMBER.fullmatch(text.strip()):
        raise WordError(f"{quote(text)} is no number." + _spelling(text))
    return float(text) if "." in text else int(text)


def parse_percent(text: str) -> float:
    """`10%`, `33.3%`: more than 0, at most 100."""
    percent = parse_holdout(text)
    if percent == 0:
        raise WordError(f"{quote(text)} is nobody. A share is more than 0%.")
    return percent


def parse_holdout(text: str) -> float:
    """`5%`, `0%`: at most 100, with at most three decimals."""
    if not re.fullmatch(PERCENT_PATTERN, text.strip()):
        sign = f" Write {text.strip()}%." if _NUMBER.fullmatch(text.strip()) else ""
        raise WordError(f"{quote(text)} is no share of people, such as 10% or 33.3%.{sign}")
    percent = float(text.strip().rstrip("%"))
    if percent > 100:
        raise WordError(f"{quote(text)} is more than everybody. A share is at most 100%.")
    return percent


def parse_share_of_mails(text: str) -> float:
    """`0.3%`: of mails; more than 0, at most 100."""
    if not re.fullmatch(PERCENT_PATTERN, text.strip()):
        sign = f" Write {text.strip()}%." if _NUMBER.fullmatch(text.strip()) else ""
        raise WordError(f"{quote(text)} is no share of mails, such as 5% or 0.3%.{sign}")
    percent = float(text.strip().rstrip("%"))
    if not 0 < percent <= 100:
        raise WordError(f"{quote(text)} is no share that can be passed. It is more than 0% and at most 100%.")
    return percent


def parse_rate(text: str) -> Decimal:
    """What one unit of a currency is worth in the brand's; more than 0."""
    if not re.fullmatch(RATE_PATTERN, text.strip()) or Decimal(text.strip()) == 0:
        raise WordError(
            f"{quote(text)} is no rate. Write what one unit is worth in the brand's currency, such as 0.86."
        )
    return Decimal(text.strip())


def parse_amount(text: str) -> int:
    """An amount of money in the brand's currency, as ten-thousandths; at most four decimals."""
    if not _AMOUNT.fullmatch(text.strip()):
        raise WordError(
            f"{quote(text)} is no amount. Write a number without the currency, such as 500 or 49.90."
        )
    return int(Decimal(text.strip()) * AMOUNT_UNIT)


def _spelling(text: str) -> str:
    """What to do about `1,000` and `5%`."""
    bare = re.sub(r"[,_ %']", "", text)
    return f" Write {bare}." if bare != text.strip() and _NUMBER.fullmatch(bare) else ""
