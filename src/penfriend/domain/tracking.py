"""Tracking: what the service may learn of a mail that has arrived, by the links in it.

A click goes through the service, which redirects to the address that is signed in the link; an open fetches a
picture of one dot. Who it was, a person or a machine, is the matter of `penfriend.domain.hits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tracking:
    """What of a mail is tracked: `tracking` of a brand or a campaign."""

    clicks: bool = False
    opens: bool = False


WHOLE, NOTHING = Tracking(clicks=True, opens=True), Tracking()
BY_WORD: Mapping[str, Tracking] = {
    "yes": WHOLE,
    "no": NOTHING,
    "clicks": Tracking(clicks=True),
    "opens": Tracking(opens=True),
}
"""What each word of the language means."""
