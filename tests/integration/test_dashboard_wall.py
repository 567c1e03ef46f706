"""The newest comments on the dashboard's home: for every role, not outside, and without a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.bootstrap import House
from penfriend.domain.accounts.roles import Role
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import MINUTE
from penfriend.storage.tables import answers
from tests.support.dashboard import CAMPAIGNS, Visitor, add_with_password, serve_dashboard
from tests.support.houses import NOON
from tests.support.served_house import served_house

SURVEYS = f"{CAMPAIGNS}\nsurveys: {{after: {{type: csat, question: How was it?}}}}\n"
HEADING = "Newest comments"


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with served_house(tmp_path, database_url, SURVEYS) as opened:
        yield opened


def answer(house: House, *comments: str) -> None:
    """Of one person each, a minute apart, in this order."""
    for number, comment in enumerate(comments):
        named = ContactIn(f"c-{number}", f"c-{number}@shop.example", {"first_name": "Eleanor"})
        house.ingester().ingest_contacts([named])
        row = {"survey": "after", "score": 4, "comment": comment, "answered_at": NOON + number * MINUTE}
        with house.db.write() as connection:
            connection.execute(insert(answers), {**row, "contact_id": house.contact_id(f"c-{number}")})


@pytest.mark.both
def test_five_newest_comments_stand_on_the_home_of_every_role_and_name_nobody(house: House) -> None:
    answer(house, *(f"Comment {number} <b>here</b>" for number in range(7)))
    with serve_dashboard(house) as server:
        for role in Role:
            visitor = Visitor(server.url)
            add_with_password(house, visitor, f"the-{role.value}", role.value)
            page = visitor.get("/").text
            visitor.close()
            section = page.partition(HEADING)[2].partition("</section>")[0]
            shown = [number for number in range(7) if f"Comment {number} &lt;b&gt;here" in section]
            assert shown == [2, 3, 4, 5, 6]
            assert section.index("Comment 6") < section.index("Comment 5") < section.index("Comment 2")
            assert section.count("<bdi>4</bdi> of <bdi>5</bdi>") == 5
            assert section.count("How was it?") == 5
            assert "Eleanor" not in page
            assert "shop.example" not in section
        stranger = Visitor(server.url)
        assert [stranger.get(path).text.count("Comment") for path in ("/", "/login")] == [0, 0]
        stranger.close()


def test_where_nobody_wrote_yet_the_wall_says_so(house: House) -> None:
    with serve_dashboard(house, open_here=True) as server:
        guest = Visitor(server.url)
        assert "No comments yet." in guest.get("/").text
        guest.close()


def test_there_is_no_wall_where_nobody_is_asked(tmp_path: Path, database_url: str) -> None:
    with (
        served_house(tmp_path, database_url, CAMPAIGNS) as house,
        serve_dashboard(house, open_here=True) as server,
    ):
        guest = Visitor(server.url)
        assert HEADING not in guest.get("/").text
        guest.close()
