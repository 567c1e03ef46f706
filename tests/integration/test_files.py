"""The campaign files on a disk: what is read of them, and what a running daemon watches."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import Applied, Files, House, Settings, check, read_files
from penfriend.bootstrap.taking_up import apply_changed
from penfriend.bootstrap.watching import FileWatch
from penfriend.domain.errors import StoreUnavailable
from tests.support.empty_store import with_tables

FIRST = """\
include: [campaigns/*.yaml]
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics: {offers: {title: Offers}}
coupons: {spring: {from: codes/spring.csv}}
"""
CAMPAIGN = "campaigns: {%s: {topic: offers, trigger: {event: order_placed}, steps: [{send: a/b}]}}\n"
LETTER = """\
---
subject: Hello
---
<mjml><mj-body><mj-section><mj-column><mj-text>
Hi <a href="{{ links.unsubscribe }}">Leave</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
KEYS = (b"a secret of sixteen characters",)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in {
        "campaigns.yaml": FIRST,
        "campaigns/one.yaml": CAMPAIGN % "one",
        "codes/spring.csv": "A1\nA2\n",
        "templates/a/b.mjml": LETTER,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def house(shop: Path) -> Iterator[House]:
    environment = {
        "PENFRIEND_DATABASE_URL": with_tables(f"sqlite:///{shop / 'x.db'}"),
        "PENFRIEND_CONFIG": str(shop / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "a secret of sixteen characters",
    }
    with House.open(environment) as opened:
        yield opened


def test_included_files_are_read_and_belong_to_the_revision(shop: Path) -> None:
    files = read_files(shop / "campaigns.yaml")
    assert sorted(files.campaign_files) == ["campaigns.yaml", "campaigns/one.yaml"]
    assert files.problems == ()


def test_a_link_out_of_the_folder_is_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("topics: {}\n", encoding="utf-8")
    (shop / "campaigns" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    files = read_files(shop / "campaigns.yaml")
    assert "campaigns/link.yaml" not in files.texts
    assert [str(problem) for problem in files.problems] == [
        "campaigns/link.yaml:1:1: is a link out of this folder; only files below it can be named."
    ]


def test_a_coupon_whose_file_is_missing_is_an_error_at_its_place(shop: Path) -> None:
    settings = Settings.of({"PENFRIEND_CONFIG": str(shop / "campaigns.yaml")})
    assert check(read_files(settings.config), settings, KEYS).errors == ()
    shutil.rmtree(shop / "codes")
    assert [str(error) for error in check(read_files(settings.config), settings, KEYS).errors] == [
        'campaigns.yaml:4:26: there is no file "codes/spring.csv" of codes.'
    ]


def test_a_transport_that_cannot_be_is_an_error_at_its_place(shop: Path) -> None:
    settings = Settings.of({"PENFRIEND_CONFIG": str(shop / "campaigns.yaml")})
    settings.config.write_text(FIRST + "transports: {bulk: {url: 'smtp:'}}\n", encoding="utf-8")
    assert [str(error) for error in check(read_files(settings.config), settings, KEYS).errors] == [
        "campaigns.yaml:5:26: there is no host; write smtp://host:port."
    ]


def test_a_daemon_sees_a_change_of_an_included_file_a_new_one_and_one_of_codes(
    shop: Path, house: House
) -> None:
    watch = FileWatch(house, active=True)
    watch.at_start()
    assert house.revision_number() == 1
    watch.look()
    assert house.revision_number() == 1
    (shop / "campaigns" / "two.yaml").write_text(CAMPAIGN % "two", encoding="utf-8")
    watch.look()
    assert house.revision_number() == 2
    (shop / "campaigns" / "one.yaml").write_text(CAMPAIGN % "first", encoding="utf-8")
    watch.look()
    assert house.revision_number() == 3
    (shop / "campaigns" / "two.yaml").unlink()
    watch.look()
    assert house.revision_number() == 4


def test_a_daemon_logs_a_warning_as_one_and_what_is_only_good_to_know_as_that(
    shop: Path, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    letter = shop / "templates" / "a" / "b.mjml"
    picture = '<mj-image alt="" src="https://a.example/" width="{{ 9 }}px" /><mj-text>'
    letter.write_text(LETTER.replace("<mj-text>", picture), encoding="utf-8")
    caplog.set_level("INFO", logger="penfriend.files")
    FileWatch(house, active=True).at_start()
    levels = {record.getMessage().rpartition("[")[2]: record.levelname for record in caplog.records}
    assert levels["compiled-for-each-mail]"] == "INFO"
    assert levels["missing-preview]"] == "WARNING"


def test_a_change_that_met_a_store_that_was_away_is_taken_up_at_the_next_look(
    shop: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = FileWatch(house, active=True)
    watch.at_start()
    (shop / "campaigns" / "two.yaml").write_text(CAMPAIGN % "two", encoding="utf-8")

    def away(*_: object) -> None:
        raise StoreUnavailable("the server cannot be reached")

    with monkeypatch.context() as outage:
        outage.setattr("penfriend.bootstrap.watching.apply_changed", away)
        with pytest.raises(StoreUnavailable):
            watch.look()
    watch.look()
    assert house.revision_number() == 2


def test_a_daemon_sees_that_codes_were_added(
    shop: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = FileWatch(house, active=True)
    watch.at_start()
    looked: list[Files] = []

    def apply(house: House, files: Files) -> Applied:
        looked.append(files)
        return apply_changed(house, files)

    monkeypatch.setattr("penfriend.bootstrap.watching.apply_changed", apply)
    watch.look()
    assert looked == []
    (shop / "codes" / "spring.csv").write_text("A1\nA2\nA3\n", encoding="utf-8")
    watch.look()
    assert len(looked) == 1
