"""The first run of the real daemon: it prints a one-time link, and once somebody has a password no more."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from urllib.parse import urlsplit

from penfriend.web.serving import free_port
from tests.acceptance.conftest import Shop, wait_for
from tests.support.dashboard import PASSWORD, Visitor


def run(shop: Shop, port: int) -> subprocess.Popen[str]:
    """The daemon with its pages, what it prints in the file `printed`."""
    shop.environment["PENFRIEND_LISTEN"] = f"127.0.0.1:{port}"
    shop.environment["PENFRIEND_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    with (shop.folder / "printed").open("w") as printed, (shop.folder / "log").open("w") as log:
        daemon = subprocess.Popen(
            shop.command("run"),
            cwd=shop.folder,
            env=shop.environment,
            stdout=printed,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    shop.running.append(daemon)
    wait_for(lambda: "running as" in shop.log, "the daemon's first line")
    return daemon


def stop(daemon: subprocess.Popen[str]) -> None:
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(timeout=60) == 0


def test_the_first_run_lets_an_operator_in(make_shop: Callable[..., Shop]) -> None:
    shop, port = make_shop("memory:"), free_port()
    daemon = run(shop, port)
    printed = (shop.folder / "printed").read_text()
    assert "it is good once, until" in printed
    link = printed.split()[-1]
    assert link.startswith(f"http://127.0.0.1:{port}/login/link/")
    assert urlsplit(link).path not in shop.log
    visitor = Visitor(f"http://127.0.0.1:{port}")
    assert visitor.get("/").headers["location"] == "/login"
    visitor.get(urlsplit(link).path)
    assert visitor.post(urlsplit(link).path, {"password": PASSWORD}).status_code == 303
    assert "Thanks" in visitor.get("/campaigns").text
    assert visitor.get("/users").status_code == 200
    stop(daemon)

    daemon = run(shop, port)
    assert (shop.folder / "printed").read_text() == ""
    assert visitor.get("/users").status_code == 200, "sessions outlive a restart"
    stop(daemon)
    visitor.close()
