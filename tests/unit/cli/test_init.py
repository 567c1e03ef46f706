"""The starter that `penfriend init` makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penfriend.cli.init import init
from penfriend.cli.output import DONE
from penfriend.language.schema import json_schema


def test_a_starter_has_the_schema_that_its_campaigns_name(tmp_path: Path) -> None:
    assert init(tmp_path / "shop", 1) == DONE
    first = (tmp_path / "shop" / "campaigns.yaml").read_text("utf-8").splitlines()[0]
    named = first.rpartition("$schema=")[2]
    assert json.loads((tmp_path / "shop" / named).read_text("utf-8")) == json_schema()


def test_who_stands_in_the_folder_is_not_sent_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init(tmp_path / "shop", 1)
    assert f"Next:\n  cd {tmp_path / 'shop'}\n  penfriend validate\n" in capsys.readouterr().out
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    init(Path(), 1)
    assert "Next:\n  penfriend validate\n" in capsys.readouterr().out
