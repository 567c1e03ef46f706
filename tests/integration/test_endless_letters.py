"""A letter that would never be finished, beside others: the real engine and renderer, both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.engine.live import Live
from penfriend.rendering import TemplateRenderer, limits
from tests.support.mail_pieces import LETTER, campaign, definitions
from tests.support.mail_world import World, worlds

ENDLESS = (
    "---\nsubject: Hello\n---\n"
    "{% macro again(n) %}{% if n %}{{ again(n - 1) }}{{ again(n - 1) }}{% endif %}{% endmacro %}"
    "<mjml><mj-body><mj-section><mj-column>"
    "<mj-text>{{ again(90) if contact.first_name == 'Eve' else 'Good day' }}</mj-text>"
    "</mj-column></mj-section></mj-body></mjml>"
)


@pytest.fixture
def world(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """One campaign, whose letter never ends for Eve."""
    monkeypatch.setattr(limits, "MAX_SECONDS", 0.2)
    for world in worlds(url, tmp_path):
        known = definitions(campaign(LETTER))
        renderer = TemplateRenderer({"hello.mjml": ENDLESS}, known, b"k" * 32, 1)
        world.live = Live.of(1, known, renderer, "store")
        yield world


@pytest.mark.both
def test_letter_without_end_fails_alone_and_the_next_ones_go(world: World) -> None:
    for name in ("ann", "eve", "zoe"):
        world.person(name)
    world.advance()
    report = world.send()
    assert (report.sent, report.skipped) == (2, 1)
    assert sorted(world.sent()) == ["ann@shop.example", "zoe@shop.example"]
    failed = [row for row in world.rows("messages") if row["status"] == "skipped"]
    assert [row["reason"] for row in failed] == ["render_failed"]
    assert failed[0]["note"].startswith("templates/hello.mjml:4:")
    assert failed[0]["note"].endswith("filling this letter takes longer than 0.2 seconds.")
    world.person("bob")
    world.advance()
    assert world.send().sent == 1
