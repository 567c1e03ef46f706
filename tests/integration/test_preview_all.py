"""`penfriend preview --all`, `--watch` and the options that do not go together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penfriend.bootstrap import Settings
from penfriend.bootstrap.preview import Previews
from penfriend.cli.preview import again
from penfriend.engine.clock import SetClock
from tests.support.commands import run_here
from tests.support.houses import LETTER, NOON, write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}]}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_shop(tmp_path, CAMPAIGNS)
    (tmp_path / "templates" / "hello.pl.mjml").write_text(LETTER.replace("Hello", "Cześć"))
    (tmp_path / "templates" / "draft.mjml").write_text(LETTER)
    return tmp_path


def test_every_letter_is_written_in_every_language_with_a_page_of_all(shop: Path) -> None:
    done = run_here(("preview", "--all", "--out", "out", "--json"), shop, {})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [(one["template"], one["locale"]) for one in told["letters"]] == [
        ("hello", "en"),
        ("hello", "pl"),
        ("draft", "en"),
    ]
    index = (shop / told["index"]).read_text()
    for name in ("hello.en.html", "hello.pl.html", "draft.en.html"):
        assert f'src="{name}"' in index
        assert (shop / "out" / name).exists()
    assert "Cześć" in index
    assert "http" not in index.replace("http-equiv", ""), "it needs nothing from elsewhere"


def test_letter_that_cannot_be_made_is_told_and_the_others_are_written(shop: Path) -> None:
    (shop / "templates" / "draft.mjml").write_text(LETTER.replace("brand.address", "brand.adress"))
    done = run_here(("preview", "--all"), shop, {})
    assert done.returncode == 1
    assert done.stderr.startswith("templates/draft.mjml:6:")
    assert "2 letters are in preview" in done.stdout
    assert "templates/draft.mjml:6:" in (shop / "preview" / "index.html").read_text()


def test_one_language_of_all(shop: Path) -> None:
    done = run_here(("preview", "--all", "--locale", "pl", "--json"), shop, {})
    assert [one["locale"] for one in json.loads(done.stdout)["letters"]] == ["pl", "en"]


def test_watch_shows_it_again_when_a_file_was_saved(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    previews = Previews(Settings.of({"PENFRIEND_CONFIG": str(shop / "campaigns.yaml")}), SetClock(NOON))
    letter = shop / "templates" / "draft.mjml"
    changes = iter([None, LETTER.replace("brand.address", "brand.adress"), None, LETTER + "\n"])
    shown: list[int] = []

    def show() -> int:
        shown.append(1)
        previews.look()
        previews.warnings("hello")
        return 0

    def wait(_: float) -> bool:
        change = next(changes, "over")
        if change not in (None, "over"):
            letter.write_text(change)
        return change == "over"

    again(previews, show, wait)
    assert len(shown) == 3
    assert capsys.readouterr().out.count("Watching the files") == 3


def test_watch_goes_on_when_the_files_have_an_error(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    previews = Previews(Settings.of({"PENFRIEND_CONFIG": str(shop / "campaigns.yaml")}), SetClock(NOON))
    (shop / "campaigns.yaml").write_text("version: [")
    again(previews, lambda: len(previews.letters()), lambda _: True)
    assert capsys.readouterr().err.startswith("campaigns.yaml:1:")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ((), "name a letter, such as welcome/hello, or --all of them"),
        (("hello", "--all"), "name a letter, such as welcome/hello, or --all of them"),
        (("hello", "--watch", "--json"), "--json: is one document and ends, --watch and --serve do not"),
        (("hello", "--out", "campaigns.yaml"), "campaigns.yaml/hello.en.html: cannot be written"),
    ],
)
def test_options_that_do_not_go_together(shop: Path, line: tuple[str, ...], said: str) -> None:
    done = run_here(("preview", *line), shop, {})
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
