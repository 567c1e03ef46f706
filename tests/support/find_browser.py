"""Finds a Chromium for the browser tests: $BROWSER_PATH, PATH, Playwright's cache, .cache/browser."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / ".cache" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHT_PATTERNS = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/*/*headless*shell")
ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class BrowserProgram:
    """A Chromium that answers, and what it needs in its environment besides ours."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def version(self) -> str | None:
        """What it says of itself, or None where it does not start (a stub, a missing library)."""
        command: list[str | Path] = [self.path, "--version", "--no-sandbox"]
        environment = os.environ | self.environment
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None


def own_browser(folder: Path = OWN) -> BrowserProgram:
    """The Chromium that get_browser.py unpacks into FOLDER, whether it is there or not."""
    environment = {
        "LD_LIBRARY_PATH": f"{folder / 'al2023' / 'lib'}",
        "FONTCONFIG_PATH": f"{folder / 'fonts'}",
    }
    return BrowserProgram(folder / "chromium", environment)


def candidates() -> Iterator[BrowserProgram]:
    """Where a Chromium may be, best first. $BROWSER_PATH, when set, is the only one."""
    given = os.environ.get("BROWSER_PATH")
    if given:
        yield BrowserProgram(Path(given))
        return
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield BrowserProgram(Path(found))
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in PLAYWRIGHT_PATTERNS:
        yield from map(BrowserProgram, sorted(cache.glob(pattern), reverse=True))
    yield own_browser()


def find_browser() -> BrowserProgram | None:
    """The first Chromium that answers, or None."""
    return next((program for program in candidates() if program.path.exists() and program.version()), None)
