"""Names of the environment that are nearly ours."""

from __future__ import annotations

from penfriend.bootstrap.settings import Settings


def test_a_name_that_is_nearly_ours_is_told() -> None:
    settings = Settings.of({"PENFRIEND_DATABSE_URL": "sqlite:///x.db", "PENFRIEND_LISTEN": "127.0.0.1:8400"})
    assert settings.mistyped == (
        'PENFRIEND_DATABSE_URL is not known. Did you mean "PENFRIEND_DATABASE_URL"?',
    )


def test_a_name_that_a_campaign_file_may_take_is_not() -> None:
    assert Settings.of({"PENFRIEND_CARE_DESK": "x", "DATABSE_URL": "y"}).mistyped == ()
