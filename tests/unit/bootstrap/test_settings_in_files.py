"""A value of a setting may stand in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import SettingError


def test_the_value_is_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key of sixteen characters\n")
    (tmp_path / "hook").write_text("user:word\n")
    found = Settings.of(
        {
            "PENFRIEND_SECRET_KEY_FILE": str(tmp_path / "key"),
            "PENFRIEND_WEBHOOK_POSTMARK_FILE": str(tmp_path / "hook"),
        }
    )
    assert found.keys() == (b"a key of sixteen characters",)
    assert found.webhooks == {"postmark": "user:word"}
    assert found.environment["PENFRIEND_SECRET_KEY"] == "a key of sixteen characters"
    assert found.mistyped == ()


def test_two_places_for_one_value_are_refused(tmp_path: Path) -> None:
    both = {"PENFRIEND_TRANSPORT": "memory:", "PENFRIEND_TRANSPORT_FILE": str(tmp_path)}
    with pytest.raises(SettingError, match=r"^PENFRIEND_TRANSPORT and PENFRIEND_TRANSPORT_FILE are both set"):
        Settings.of(both)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    wanted = rf"^PENFRIEND_TRANSPORT_FILE: {missing} cannot be read \(No such file or directory\)$"
    with pytest.raises(SettingError, match=wanted):
        Settings.of({"PENFRIEND_TRANSPORT_FILE": missing})
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(
        SettingError, match=r"^PENFRIEND_DATABASE_URL_FILE: \S+ is empty; write the value into it$"
    ):
        Settings.of({"PENFRIEND_DATABASE_URL_FILE": str(tmp_path / "empty")})
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(SettingError, match="no text in UTF-8"):
        Settings.of({"PENFRIEND_TRANSPORT_FILE": str(tmp_path / "bytes")})
