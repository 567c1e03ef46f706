"""Transports of other packages, found by their entry points."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from penfriend.delivery import open_transport, parse_transport_url
from penfriend.delivery.settings import PlugInSettings
from penfriend.domain.delivery import Outcome
from penfriend.domain.errors import SettingError
from penfriend.testing import RecordingWatch, make_handovers

PIGEON = '''
"""Carries mail in the process."""
from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.errors import SettingError

def open_loft(name, url):
    if "hawk" in url:
        raise SettingError("there is a hawk; write pigeon:loft")
    if "storm" in url:
        raise RuntimeError(url)
    return MemoryTransport(name) if "empty" not in url else object()
'''
Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package whose entry point is written so."""

    def put(value: str) -> None:
        (tmp_path / "pigeon_post.py").write_text(PIGEON)
        info = tmp_path / "pigeon_post-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon-post\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[penfriend.transports]\npigeon = {value}\n")
        monkeypatch.syspath_prepend(str(tmp_path))

    monkeypatch.delitem(sys.modules, "pigeon_post", raising=False)
    return put


def test_the_transport_of_another_package_carries_mail(install: Install) -> None:
    install("pigeon_post:open_loft")
    transport = open_transport("birds", "pigeon:loft?colour=grey")
    watch = RecordingWatch()
    transport.deliver(iter(make_handovers(1)), watch)
    assert (transport.name, watch.outcomes) == ("birds", {1: Outcome.ACCEPTED})


def test_reading_its_address_loads_nothing_of_it(install: Install) -> None:
    install("pigeon_post:open_loft")
    settings = parse_transport_url("pigeon:loft?rate=5/s")
    assert (settings.carrier, settings.rate) == (PlugInSettings("pigeon"), 5.0)
    assert "pigeon_post" not in sys.modules


def test_a_scheme_that_nobody_brings_is_not_known() -> None:
    with pytest.raises(SettingError, match="the scheme pigeon: is not known"):
        open_transport("birds", "pigeon:loft")


FAILED = "transport birds: {}, which carries mail for pigeon:, failed with {}"


@pytest.mark.parametrize(
    ("value", "url", "says"),
    [
        ("pigeon_post:open_loft", "pigeon:hawk", "transport birds: there is a hawk; write pigeon:loft"),
        ("pigeon_post:open_loft", "pigeon:storm", FAILED.format("pigeon_post:open_loft", "RuntimeError")),
        ("pigeon_post:missing", "pigeon:loft", FAILED.format("pigeon_post:missing", "AttributeError")),
        ("nobody:open", "pigeon:loft", FAILED.format("nobody:open", "ModuleNotFoundError")),
        (
            "pigeon_post:open_loft",
            "pigeon:empty",
            "transport birds: what pigeon_post:open_loft makes is no transport: it has no name",
        ),
    ],
)
def test_its_errors_are_one_line(install: Install, value: str, url: str, says: str) -> None:
    install(value)
    with pytest.raises(SettingError) as caught:
        open_transport("birds", url)
    assert str(caught.value) == says
