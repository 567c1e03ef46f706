"""The secret that is made on first run."""

import errno
import os
import secrets
from pathlib import Path

import pytest

from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import SettingError


def settings(folder: Path) -> Settings:
    return Settings.of({"PENFRIEND_CONFIG": str(folder / "campaigns.yaml")})


def test_secret_is_made_once_for_its_user_alone(tmp_path: Path) -> None:
    keys = settings(tmp_path).keys()
    assert settings(tmp_path).keys() == keys
    kept = tmp_path / ".penfriend" / "secret"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_full_disk_leaves_no_empty_secret_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(secrets, "token_urlsafe", full)  # called with the file open, where a write would fail
        with pytest.raises(SettingError, match="No space left on device"):
            settings(tmp_path).keys()
    assert list((tmp_path / ".penfriend").iterdir()) == []
    assert settings(tmp_path).keys()


def test_second_of_two_processes_that_start_at_once_takes_the_secret_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[tuple[bytes, ...]] = []
    link = os.link

    def another_is_faster(*paths: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        first.append(settings(tmp_path).keys())
        link(*paths)

    monkeypatch.setattr(os, "link", another_is_faster)
    assert [settings(tmp_path).keys()] == first
