"""The scripts of the dashboard: the copy of htmx is what was published, and no page needs one."""

from __future__ import annotations

from importlib.resources import files

from penfriend.rendering.dashboard_pages import SCRIPTS, DashboardPages

FOLDER = files("penfriend.rendering") / "dashboard" / "scripts"


def test_htmx_is_as_it_was_published() -> None:
    published = files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js"
    ours = (FOLDER / "htmx.js").read_bytes()
    assert ours == published.read_bytes()
    version = ours.partition(b'version:"')[2].partition(b'"')[0].decode()
    assert f"htmx {version} " in (FOLDER / "LICENSE-htmx").read_text(encoding="utf-8")


def test_the_name_of_a_script_changes_with_its_content() -> None:
    names = [one.name for one in DashboardPages().scripts]
    assert [name.partition("-")[0] + ".js" for name in names] == list(SCRIPTS)
    assert all(len(name) > 15 for name in names)
