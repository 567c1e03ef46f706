"""`/preview`: what its pages show, to whom, and with which headers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from penfriend.bootstrap import Settings
from penfriend.bootstrap.preview import Previews
from penfriend.domain.errors import SettingError
from penfriend.engine.clock import SetClock
from penfriend.web import preview as routes
from penfriend.web.app import create_app
from penfriend.web.preview_app import serve_previews
from tests.docs.test_docs import paths_of
from tests.support.houses import NOON, write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn & Oak, from: Acorn & Oak <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}, {send: second}]}
"""
HELLO = """---
subject: Hello {{ contact.first_name or "friend" }} <3
preview: It is short
---
<mjml><mj-head><mj-style>
@media (prefers-color-scheme: dark) { .ink { color: white !important } }
</mj-style></mj-head><mj-body><mj-section><mj-column>
<mj-image src="https://shop.acorn.example/oak.png" alt="An oak" />
<mj-text>{{ brand.address }} <a href="{{ links.unsubscribe }}">Leave</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
LETTER = "letter=welcome:hello"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_shop(tmp_path, CAMPAIGNS)
    (tmp_path / "templates" / "hello.mjml").write_text(HELLO)
    (tmp_path / "templates" / "hello.ar.mjml").write_text(HELLO)
    (tmp_path / "templates" / "second.mjml").write_text(HELLO)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[httpx.Client]:
    settings = Settings.of({"PENFRIEND_CONFIG": str(folder / "campaigns.yaml")})
    with opened(Previews(settings, SetClock(NOON))) as made:
        yield made


@contextmanager
def opened(previews: Previews) -> Iterator[httpx.Client]:
    """Somebody who looks, at the real server."""
    with (
        serve_previews(previews, 0) as server,
        # plain HTTP: reading the certificates would take longer than most of these tests
        httpx.Client(base_url=server.url, verify=False) as made,
    ):
        yield made


def policy(answer: httpx.Response) -> str:
    return answer.headers["content-security-policy"]


def test_first_letter_is_shown_where_none_is_named(client: httpx.Client) -> None:
    assert client.get("/").headers["location"] == "/preview"
    assert client.get("/preview").headers["location"] == "/preview?letter=welcome%3Ahello&person=ordinary"


def test_page_shows_what_a_mailbox_would_and_the_letter_in_two_frames(client: httpx.Client) -> None:
    answer = client.get(f"/preview?{LETTER}")
    assert answer.status_code == 200
    assert "Hello Eleanor &lt;3" in answer.text
    assert "It is short" in answer.text
    found = re.findall(r'<iframe [^>]*src="([^"]+)" sandbox="allow-same-origin">', answer.text)
    frames = [html.unescape(one) for one in found]
    assert len(frames) == 2
    assert all("/preview/letter?letter=welcome%3Ahello" in one and "look=light" in one for one in frames)
    assert "script-src 'self'" in policy(answer)
    assert "unsafe-inline" not in policy(answer)


@pytest.mark.parametrize(
    ("look", "said", "not_said"),
    [
        ("light", "@media (max-width: 0)", "prefers-color-scheme"),
        ("dark", "@media (min-width: 0)", "prefers-color-scheme"),
        ("images_off", 'alt="An oak"', "oak.png"),
    ],
)
def test_letter_is_shown_as_it_is_asked_for_in_a_sandbox(
    client: httpx.Client, look: str, said: str, not_said: str
) -> None:
    answer = client.get(f"/preview/letter?{LETTER}&look={look}")
    assert said in answer.text
    assert not_said not in answer.text
    assert '<base target="_blank">' in answer.text
    assert policy(answer).endswith("frame-ancestors 'self'; sandbox allow-same-origin")
    assert "script-src" not in policy(answer)
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


def test_text_and_message_are_shown_and_the_message_is_downloaded_byte_by_byte(client: httpx.Client) -> None:
    assert "Leave: http://127.0.0.1:8400/u/" in client.get(f"/preview?{LETTER}&view=text").text
    page = client.get(f"/preview?{LETTER}&view=message").text
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page
    message = client.get(f"/preview/message.eml?{LETTER}")
    assert message.content.startswith(b"From: ")
    assert f"{len(message.content):,} bytes" in page
    assert message.headers["content-disposition"] == 'attachment; filename="hello.eml"'


def test_all_letters_stand_in_all_their_languages(client: httpx.Client) -> None:
    page = client.get("/preview/all?person=no_points&look=dark").text
    frames = [html.unescape(one) for one in re.findall(r'<iframe [^>]*src="([^"]+)"', page)]
    assert [re.findall(r"letter=welcome%3A(\w+)|locale=(\w+)", one) for one in frames] == [
        [("hello", ""), ("", "en")],
        [("hello", ""), ("", "ar")],
        [("second", ""), ("", "en")],
    ]
    assert all("person=no_points" in one and "look=dark" in one for one in frames)
    shown = client.get(frames[1].replace("&amp;", "&"))
    assert 'lang="ar"' in shown.text
    assert "<bdi>Hello Eleanor &lt;3</bdi>" in shown.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8401", 200),
        ("localhost:8401", 200),
        ("[::1]:8401", 200),
        ("shop.example", 421),
        ("shop.example:8401", 421),
        ("127.0.0.1.shop.example", 421),
        ("127.0.0.1@shop.example", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
@pytest.mark.parametrize("path", [f"/preview?{LETTER}", f"/preview/letter?{LETTER}", "/preview/changed"])
def test_page_from_elsewhere_reads_nothing(client: httpx.Client, host: str, status: int, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == status


def test_problems_of_a_letter_are_shown_with_their_places(client: httpx.Client, folder: Path) -> None:
    (folder / "templates" / "hello.mjml").write_text(HELLO.replace("brand.address", "brand.adress"))
    answer = client.get(f"/preview?{LETTER}")
    assert answer.status_code == 200
    assert "This letter cannot be made" in answer.text
    assert "templates/hello.mjml:9:" in answer.text
    frame = client.get(f"/preview/letter?{LETTER}")
    assert frame.status_code == 200
    assert "templates/hello.mjml:9:" in frame.text
    assert client.get("/preview/letter?letter=welcome:second").text.count("12 Mill Lane") >= 1


def test_what_validate_says_of_the_letter_stands_below_it(client: httpx.Client, folder: Path) -> None:
    (folder / "templates" / "hello.mjml").write_text(HELLO.replace('or "friend"', ""))
    page = client.get(f"/preview?{LETTER}").text
    assert "templates/hello.mjml:2:" in page
    assert "first name" in page
    assert "templates/hello.mjml:2:" not in client.get("/preview?letter=welcome:second").text


def test_files_that_cannot_be_read_are_a_page_that_says_so(client: httpx.Client, folder: Path) -> None:
    (folder / "campaigns.yaml").write_text("version: [")
    for path in (f"/preview?{LETTER}", "/preview", "/preview/all"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "campaigns.yaml:1:" in answer.text
    (folder / "campaigns.yaml").unlink()
    assert "cannot be read" in client.get("/preview").text


def test_letter_that_is_gone_is_told(client: httpx.Client) -> None:
    answer = client.get("/preview?letter=welcome:gone")
    assert answer.status_code == 200
    assert "there is no such letter any more" in answer.text
    assert client.get("/preview/message.eml?letter=welcome:gone").status_code == 404


def test_person_and_contact_that_there_are_not_are_told(client: httpx.Client) -> None:
    assert "There is no sample person" not in client.get(f"/preview?{LETTER}&person=one_item").text
    assert "there is no sample person" in client.get(f"/preview?{LETTER}&person=nobody").text
    assert "there is no store" in client.get(f"/preview?{LETTER}&contact=c-1").text


def test_fault_of_ours_is_told_on_the_page(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Previews, "make", Mock(side_effect=ZeroDivisionError("by nothing")))
    for path in (f"/preview?{LETTER}", f"/preview/letter?{LETTER}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "something went wrong that should not: ZeroDivisionError: by nothing" in answer.text


def test_page_is_told_when_a_file_was_saved(
    client: httpx.Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "WAIT_SECONDS", 0)
    stamp = client.get("/preview/changed").text
    assert f'data-stamp="{stamp}"' in client.get(f"/preview?{LETTER}").text
    assert client.get(f"/preview/changed?since={stamp}").text == stamp
    (folder / "templates" / "hello.mjml").write_text(f"{HELLO}\n")
    assert client.get(f"/preview/changed?since={stamp}").text != stamp


def test_port_that_is_taken_is_told_in_one_line(folder: Path) -> None:
    previews = Previews(Settings.of({"PENFRIEND_CONFIG": str(folder / "campaigns.yaml")}), SetClock(NOON))
    with (
        serve_previews(previews, 0) as server,
        pytest.raises(SettingError, match=r"^--port \d+: cannot listen"),
    ):
        serve_previews(previews, server.port)


def test_assets_are_ours_and_kept(client: httpx.Client) -> None:
    names = re.findall(r"/preview/assets/[\w.-]+", client.get(f"/preview?{LETTER}").text)
    assert {Path(name).suffix for name in names} == {".css", ".js"}
    for name in names:
        answer = client.get(name)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/preview/assets/other.css").status_code == 404


def test_nothing_can_be_posted(client: httpx.Client) -> None:
    assert client.post(f"/preview?{LETTER}").status_code == 405


def test_daemon_has_no_preview() -> None:
    assert not [path for path in paths_of(create_app(Mock(), Mock(), Mock()).routes) if "preview" in path]
