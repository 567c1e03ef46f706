"""deploy/nginx.conf and deploy/Caddyfile before a running server, where nginx and Caddy are installed: what
they hand on, what they keep back, and whose address is believed."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from penfriend.bootstrap import House
from penfriend.domain.tokens import Purpose
from penfriend.rendering.tokens import Signer
from penfriend.storage.tables import hits
from penfriend.web.serving import free_port, serve_house
from tests.acceptance.conftest import wait_for
from tests.docs.pages import ROOT
from tests.integration.test_metrics import CAMPAIGNS
from tests.support.served_house import served_house

DEPLOY = ROOT / "deploy"
NAME = "mail.shop.example"
SECRET = "a secret for the tests"
OURS = (
    "/metrics",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/preview",
    "/metrics/",
    "//metrics",
    "/u/../metrics",
)


def nginx(folder: Path, front: int, back: int) -> list[str]:
    """The file as it is, but for ports, certificate and log: the server that redirects is left out."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    upstream, _, rest = text.partition("server {\n    listen 80;")
    served = rest.partition("server {\n")[2]
    served = re.sub(r" *(listen|ssl_certificate(_key)?) .*\n", "", served).replace(
        "/var/log/nginx", str(folder)
    )
    server = f"{upstream}server {{\nlisten 127.0.0.1:{front};\n{served}".replace(":8400", f":{back}")
    temporary = [
        f"{one}_temp_path {folder}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""  # else its workers are nobody
    head = [user, f"pid {folder}/pid;", f"error_log {folder}/error.log;", "daemon off;", "events {}"]
    http = ["http {", "access_log off;", *temporary, server, "}"]
    (folder / "nginx.conf").write_text("\n".join(head + http))
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, front: int, back: int) -> list[str]:
    """Likewise."""
    text = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    text = text.replace(f"{NAME} {{", f"http://{NAME}:{front} {{", 1).replace(":8400", f":{back}")
    text = "{\n\tadmin off\n}\n" + text.replace("/var/log/caddy", str(folder))
    (folder / "Caddyfile").write_text(text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def answers_at(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """The proxy, until it is left."""
    environment = {"PATH": str(Path(str(shutil.which(command[0]))).parent), "HOME": str(folder)}
    with (folder / "log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            wait_for(lambda: process.poll() is not None or answers_at(port), "the proxy")
            assert process.poll() is None, (folder / "log").read_text()
            yield
        finally:
            process.terminate()


def link(url: str) -> str:
    return f"/c/{Signer(Purpose.CLICK, 3, 7, SECRET.encode()).sign(1, url.encode('ascii'))}"


def networks(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.execute(select(hits.c.network)).scalars())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "shop").mkdir()
    url = f"sqlite:///{tmp_path / 'penfriend.db'}"
    with served_house(tmp_path / "shop", url, CAMPAIGNS) as opened:
        yield opened


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_a_proxy_hands_on_what_is_public_and_nothing_else(
    proxy: Callable[[Path, int, int], list[str]], house: House, tmp_path: Path
) -> None:
    if shutil.which(proxy.__name__) is None:
        pytest.skip(f"{proxy.__name__} is not installed")
    front, folder = free_port(), tmp_path / "proxy"
    folder.mkdir()
    with (
        serve_house(house) as server,
        running(proxy(folder, front, server.port), front, folder),
        httpx.Client(base_url=f"http://127.0.0.1:{front}", headers={"host": NAME}, verify=False) as client,
    ):
        for path in OURS:
            whole = client.base_url.copy_with(raw_path=path.encode())  # as it is, dots and all
            assert client.get(whole).status_code == 404, path
        assert client.get("/u/no-token").headers["content-type"].startswith("text/html")
        assert client.get("/login").status_code == 200
        one_click = client.post("/u/no-token", data={"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == 404
        assert client.post("/v1/events", json=[]).status_code == 401
        assert client.post("/v1/events", content=b" " * 9_500_000).status_code in (401, 413)
        click = client.get(link("https://shop.example/board"), headers={"X-Forwarded-For": "203.0.113.9"})
        assert (click.status_code, click.headers["location"]) == (302, "https://shop.example/board")
        wait_for(lambda: networks(house) != [], "the hit")
        assert networks(house) == ["127.0.0.0/24"]  # whom the proxy has seen, whatever the client says
