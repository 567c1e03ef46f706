"""The pictures of a preview, by a real Chromium; and what happens where there is none, or one that hangs."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.cli.browser import Browser, BrowserFailed, Screen, find_browser
from penfriend.cli.preview_folder import SHOTS
from tests.support.browser import NO_BROWSER
from tests.support.commands import run_here
from tests.support.find_browser import find_browser as any_browser
from tests.support.houses import write_shop

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane}
topics: {offers: {title: Offers}}
campaigns:
  welcome: {topic: offers, trigger: {event: subscribed}, steps: [{send: hello}]}
"""
PAGE = (
    "<!doctype html><style>body{margin:0;background:#fff}"
    "@media (prefers-color-scheme: dark){body{background:#000}}</style>"
    "<script>document.write('<p style=height:9000px>')</script><p style='height:2000px'>Hello</p>"
)


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    """A Chromium, with what it needs in the environment."""
    found = any_browser()
    if found is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(NO_BROWSER, pytrace=False)
        pytest.skip(NO_BROWSER)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment.items():
            patch.setenv(name, value)
        yield str(found.path)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_shop(tmp_path, CAMPAIGNS)
    return tmp_path


def size(png: bytes) -> tuple[int, int]:
    """Width and height (PNG, 11.2.2)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def script(folder: Path, text: str) -> str:
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


def test_whole_page_is_taken_on_each_screen_and_no_script_runs(program: str) -> None:
    with Browser(program) as browser:
        desktop = browser.picture(PAGE, Screen(720))
        phone = browser.picture(PAGE, Screen(390, is_phone=True))
        dark = browser.picture(PAGE, Screen(720, is_dark=True))
    assert size(desktop)[0] == 720
    assert 2000 <= size(desktop)[1] < 9000
    assert size(phone)[0] == 780
    assert size(dark) == size(desktop)
    assert dark != desktop


@pytest.mark.parametrize("height", [100, 2000])
def test_page_from_right_to_left_is_taken_whole(program: str, height: int) -> None:
    style = f"body{{margin:0}}p{{background:red;height:{height}px;margin:auto;width:600px}}"
    page = f"<!doctype html><html dir=ltr><style>{style}</style><p></p>"
    with Browser(program) as browser:
        pictures = [browser.picture(one, Screen(720)) for one in (page, page.replace("ltr", "rtl"))]
    assert pictures[0] == pictures[1], "what stands in the middle does so from both sides"


def test_page_that_is_too_long_to_be_shown_is_told(program: str) -> None:
    with Browser(program) as browser, pytest.raises(BrowserFailed, match="cannot show a page of 3,"):
        browser.picture(PAGE + "a" * 3_000_000, Screen(720))


def test_command_takes_the_pictures(program: str, shop: Path) -> None:
    variables = dict(os.environ) | {"BROWSER_PATH": program}
    done = run_here(("preview", "hello", "--json"), shop, variables)
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)["files"]
    assert files.keys() == {"html", "txt", "eml", *SHOTS}
    assert size((shop / files["mobile"]).read_bytes())[0] == 780


def test_without_a_browser_one_line_says_so_and_pictures_of_before_are_gone(shop: Path) -> None:
    (shop / "preview").mkdir()
    (shop / "preview" / "hello.en.dark.png").write_bytes(b"of another letter")
    done = run_here(("preview", "hello"), shop, {"PATH": str(shop)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("no pictures: there is no Chromium on the PATH") == 1
    assert sorted(path.name for path in (shop / "preview").iterdir()) == [
        "hello.en.eml",
        "hello.en.html",
        "hello.en.txt",
    ]


@pytest.mark.parametrize(
    ("text", "said"), [("exec sleep 600", "gave no answer within 0.2 s"), ("exit 1", "ended by itself")]
)
def test_browser_that_hangs_or_ends_is_told_and_is_ended(tmp_path: Path, text: str, said: str) -> None:
    program = script(tmp_path, f"echo $$ > {tmp_path / 'pid'}; {text}")
    with pytest.raises(BrowserFailed, match=said):
        Browser(program, seconds=0.2 if "sleep" in text else 20)
    if (tmp_path / "pid").exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / "pid").read_text()), 0)


def test_letter_is_written_though_the_browser_fails(shop: Path) -> None:
    variables = {"PATH": os.environ["PATH"], "BROWSER_PATH": script(shop, "exit 1")}
    done = run_here(("preview", "hello"), shop, variables)
    assert done.returncode == 0, done.stderr
    assert "no pictures:" in done.stdout
    assert (shop / "preview" / "hello.en.eml").exists()


def test_named_browser_is_the_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    assert find_browser() is None
    monkeypatch.delenv("BROWSER_PATH")
    assert find_browser() == "/bin/chromium"
