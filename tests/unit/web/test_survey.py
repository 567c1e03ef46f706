"""`/s/{token}`: the link's score is chosen, a button stores it, and the answer may be given anew."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from penfriend.domain.tokens import Purpose
from penfriend.storage.comments import newest_comments
from penfriend.storage.tables import answers
from tests.unit.web.visit_shop import VisitShop


@pytest.fixture
def who(shop: VisitShop) -> int:
    return shop.contact()


@pytest.fixture
def link(shop: VisitShop, who: int) -> str:
    return shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/nps"), 8)


def given(shop: VisitShop) -> list[tuple[object, ...]]:
    a = answers.c
    with shop.db.read() as connection:
        found = connection.execute(select(a.survey, a.enrollment_id, a.score, a.comment).order_by(a.id))
        return [tuple(row) for row in found]


def test_page_has_the_score_of_the_link_chosen(client: httpx.Client, link: str) -> None:
    text = client.get(link).text
    assert "How likely are you to recommend us to a friend?" in text
    assert [line for line in text.splitlines() if "checked" in line and 'value="8"' in line]
    assert text.count('type="radio"') == 11
    assert text.count("checked") == 1


def test_answer_is_stored_for_the_enrollment(shop: VisitShop, client: httpx.Client, link: str) -> None:
    page = client.post(link, data={"score": "9", "comment": " Fast.\r\nWell packed. "})
    assert "Thank you" in page.text
    assert given(shop) == [("after_delivery", 1, 9, "Fast.\nWell packed.")]


def test_answering_again_replaces(shop: VisitShop, client: httpx.Client, link: str) -> None:
    client.post(link, data={"score": "9", "comment": "Fast."})
    shop.later()
    client.post(link, data={"score": "3", "comment": ""})
    assert given(shop)[-1] == ("after_delivery", 1, 3, None)
    assert "Your answer so far is <bdi>3</bdi>" in client.get(link).text


def test_back_to_an_earlier_answer_is_an_answer_too(shop: VisitShop, client: httpx.Client, link: str) -> None:
    for score in ("9", "3", "9"):
        shop.later()
        client.post(link, data={"score": score})
    assert [row[2] for row in given(shop)] == [9, 3, 9]


def test_the_same_answer_twice_is_one(shop: VisitShop, client: httpx.Client, link: str) -> None:
    client.post(link, data={"score": "9", "comment": "Fast."})
    after = shop.rows()
    shop.later()
    assert "Thank you" in client.post(link, data={"score": "9", "comment": "Fast."}).text
    assert shop.rows() == after


@pytest.mark.parametrize("score", ["", "11", "-1", "9.5", "abc", "٩", "9" * 5000])
def test_a_score_off_the_scale_is_refused(
    shop: VisitShop, client: httpx.Client, link: str, score: str
) -> None:
    before = shop.rows()
    page = client.post(link, data={"score": score, "comment": "Kept"})
    assert page.status_code == 422
    assert "Choose a number from" in page.text
    assert "Kept</textarea>" in page.text, "nobody has to write it again"
    assert shop.rows() == before


def test_a_comment_may_fill_its_field_in_any_script(shop: VisitShop, client: httpx.Client, link: str) -> None:
    assert client.post(link, data={"score": "9", "comment": "😀" * 2000}).status_code == 200
    assert given(shop) == [("after_delivery", 1, 9, "😀" * 2000)]


def test_a_longer_comment_is_refused(shop: VisitShop, client: httpx.Client, link: str) -> None:
    page = client.post(link, data={"score": "9", "comment": "a" * 2001})
    assert page.status_code == 422
    assert "The comment is too long." in page.text
    assert given(shop) == []


def test_a_comment_is_kept_without_control_characters(
    shop: VisitShop, client: httpx.Client, link: str
) -> None:
    client.post(link, data={"score": "9", "comment": "a\x00b\x1b[31mc\u2028d"})
    assert given(shop)[0][3] == "ab[31mc\nd"


def test_a_comment_is_escaped(client: httpx.Client, link: str) -> None:
    text = client.post(link, data={"score": "9", "comment": "</blockquote><script>x</script>"}).text
    assert "<script" not in text


def test_a_satisfaction_survey_goes_from_1_to_5(shop: VisitShop, client: httpx.Client, who: int) -> None:
    link = shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/csat"), 4)
    text = client.get(link).text
    assert text.count('type="radio"') == 5
    assert "Is there anything you would like to add?" in text, "the survey has no words of its own for that"
    assert client.post(link, data={"score": "0"}).status_code == 422
    assert client.post(link, data={"score": "5"}).status_code == 200


def test_a_survey_that_is_gone_has_ended(shop: VisitShop, client: httpx.Client, link: str) -> None:
    shop.change(surveys={})
    for page in (client.get(link), client.post(link, data={"score": "9"})):
        assert page.status_code == 410
        assert "This survey has ended" in page.text
    assert given(shop) == []


def test_a_score_that_is_no_longer_on_the_scale_is_not_chosen(
    shop: VisitShop, client: httpx.Client, who: int
) -> None:
    link = shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/nps"), 40)
    assert "checked" not in client.get(link).text


def test_a_choice_shows_its_options_and_stores_the_number_of_one(
    shop: VisitShop, client: httpx.Client, who: int
) -> None:
    link = shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/choice"), 2)
    text = client.get(link).text
    assert "<bdi>The price</bdi>" in text
    assert "<bdi>&lt;b&gt;Something&lt;/b&gt; else</bdi>" in text
    assert 'value="2" required checked' in text
    refused = client.post(link, data={"score": "3"})
    assert (refused.status_code, "Choose one of the answers." in refused.text) == (422, True)
    thanks = client.post(link, data={"score": "1"})
    assert "Your answer has arrived: <bdi>The price</bdi>." in thanks.text
    assert given(shop) == [("reason", 1, 1, None)]
    with shop.db.read() as connection:
        assert newest_comments(connection) == [], "it was no comment"
    assert "Your answer so far is <bdi>The price</bdi>." in client.get(link).text


def test_wall_has_the_newest_comments_as_they_stand_now(
    shop: VisitShop, client: httpx.Client, who: int
) -> None:
    links = [
        shop.link(Purpose.SURVEY, who, shop.mail(who, "satisfaction", "survey/nps"), score)
        for score in range(4)
    ]
    for score, link in enumerate(links):
        client.post(link, data={"score": str(score), "comment": f"Comment {score}"})
        shop.later()
    client.post(links[1], data={"score": "9", "comment": "Better now"})
    shop.later()
    client.post(links[0], data={"score": "0", "comment": ""})
    with shop.db.read() as connection:
        found = newest_comments(connection, 2)
    assert [(one.survey, one.score, one.text) for one in found] == [
        ("after_delivery", 9, "Better now"),
        ("after_delivery", 3, "Comment 3"),
    ]
    with shop.db.read() as connection:
        assert "Comment 0" not in [one.text for one in newest_comments(connection)], "it was taken back"
