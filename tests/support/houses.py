"""A house over a folder with one letter, for tests of what is built on the whole of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penfriend.bootstrap import House
from penfriend.domain.timing import Moment
from penfriend.engine.clock import SetClock
from tests.support.clock import moment
from tests.support.empty_store import with_tables

NOON = Moment(moment("2026-03-02T12:00:00Z"))
"""A Monday."""
LETTER = """---
subject: Hello
preview: It is short
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


def write_shop(folder: Path, campaigns: str) -> Path:
    """Campaigns and the letter `hello`, in a folder; the campaign file."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "hello.mjml").write_text(LETTER)
    config = folder / "campaigns.yaml"
    config.write_text(campaigns)
    return config


@contextmanager
def open_house(folder: Path, database_url: str, campaigns: str) -> Iterator[House]:
    """A house at NOON whose mail goes nowhere; nothing is applied yet."""
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(database_url),
        "PENFRIEND_CONFIG": str(write_shop(folder, campaigns)),
        "PENFRIEND_SECRET_KEY": "a secret for the tests",
        "PENFRIEND_TRANSPORT": "memory:",
    }
    with House.open(environment, SetClock(NOON)) as opened:
        yield opened
