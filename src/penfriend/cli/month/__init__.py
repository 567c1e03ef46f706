"""The sample shop's month, lived by the real daemon code with a clock that runs fast."""

from penfriend.cli.month.living import STEPS_A_DAY, Month

__all__ = ["STEPS_A_DAY", "Month"]
