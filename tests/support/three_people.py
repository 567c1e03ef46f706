"""Three people who walk through `one, 44 hours, two, 44 hours, three`.

As the file is edited, on Monday at 08:30, the first waits before `two`, the second has a `two` that waits for
09:00, the third waits behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.edited_shop import HEAD, OFFERS, EditedShop, edited_shop

POLICY = "policy: {send_between: 09:00-20:00, send_on: mon-sun}\n"
PEOPLE = {"before": "Su-1 12:00", "on": "Sa-1 12:00", "behind": "Fr-1 12:00"}
EDIT = "Mo 08:30"
STEPS = """
      - {send: one}
      - {wait: 44 hours, id: first}
      - {send: two}
      - {wait: 44 hours, id: second}
      - {send: three}"""
UNCHANGED = {
    "before": "Tu 09:00 sent two, Th 09:00 sent three, Th 09:00 exit completed",
    "on": "Mo 09:00 sent two, We 09:00 sent three, We 09:00 exit completed",
    "behind": "Tu 09:00 sent three, Tu 09:00 exit completed",
}


def series(steps: str = STEPS, more: str = "", name: str = "series", trigger: str = "signed_up") -> str:
    keys = f"    topic: offers\n    trigger: {{event: {trigger}}}\n{more}"
    return f"{HEAD}{OFFERS}{POLICY}campaigns:\n  {name}:\n{keys}    steps:{steps}\n"


BRITISH = "segments: {british: {where: {contact.country: GB}}}\n"


def told(shop: EditedShop, name: str, campaign: str = "series") -> str:
    """What happened since the edit; each waits for the morning, which need not be said."""
    story = shop.story(name, campaign, EDIT)
    return ", ".join(line for line in story if not line.endswith("outside_window"))


@contextmanager
def three_people(folder: Path, url: str) -> Iterator[EditedShop]:
    """Where they stand on Monday at 08:30."""
    with edited_shop(folder, url, "Th-1 12:00") as shop:
        shop.edit(series())
        for name, moment in reversed(PEOPLE.items()):
            shop.live_until(moment)
            shop.person(name, country="GB")
            shop.happen(name, "signed_up")
        shop.live_until(EDIT)
        yield shop
