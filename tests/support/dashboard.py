"""The dashboard of a house behind a real server, and somebody before it with a browser's manners."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from unittest.mock import Mock
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from penfriend.accounts.hashing import Hasher
from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.users import add_user
from penfriend.domain.accounts.audit import Actor, Way
from penfriend.domain.errors import StoreUnavailable
from penfriend.rendering.pages import Pages
from penfriend.web import RunningServer, create_app, serve
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.part import Dashboard

CAMPAIGNS = """
version: 1
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
campaigns: {thanks: {topic: offers, trigger: {event: order_placed, key: order_id}, steps: [{send: hello}]}}
"""
PASSWORD = "walnut ladder seventeen"
SHELL = Actor("root", Way.COMMAND)
_TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


def dashboard_app(house: House, *, open_here: bool = False) -> FastAPI:
    """The application with no other part; its passwords are hashed cheaply."""
    visits = Mock()
    visits.setting.side_effect = StoreUnavailable("nobody is mailed here")
    desk = Desk(house, Hasher(cheap=True))
    return create_app(visits, Pages(Mock()), list, Dashboard(desk, open_here=open_here))


@contextmanager
def serve_dashboard(house: House, *, open_here: bool = False) -> Iterator[RunningServer]:
    """Serve it at a port of its own."""
    with serve(dashboard_app(house, open_here=open_here), "127.0.0.1", 0) as server:
        yield server


class Visitor:
    """Somebody with a browser: keeps cookies, says from where a form is sent, follows no redirect."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, verify=False, headers=headers, timeout=30)
        self.token = ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page; the token of its forms is remembered."""
        answer = self.client.get(path, headers=headers)
        found = _TOKEN.search(answer.text)
        self.token = unescape(found[1]) if found else self.token
        return answer

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """A form of a page of ours, with what `headers` say instead."""
        given = {"origin": self.url, "sec-fetch-site": "same-origin"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"form_token": self.token, **(form or {})}
        return self.client.post(path, data=fields, headers={k: v for k, v in given.items() if v})

    def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Through the page."""
        self.get("/login")
        return self.post("/login", {"name": name, "password": password})

    def cookie(self, name: str) -> str:
        """The value of a cookie."""
        return self.client.cookies.get(name) or ""

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


def visitors(server: RunningServer) -> Iterator[Visitor]:
    """Somebody who has seen the sign-in page, for a fixture."""
    with closing(Visitor(server.url)) as visitor:
        visitor.get("/login")
        yield visitor


def operators(house: House, server: RunningServer) -> Iterator[Visitor]:
    """Anna, an operator who has signed in, for a fixture."""
    with closing(Visitor(server.url)) as visitor:
        add_with_password(house, visitor, "anna", "operator")
        yield visitor


def add_with_password(house: House, visitor: Visitor, name: str, role: str, email: str = "") -> None:
    """A user who has set PASSWORD by their link; the visitor is signed in as them."""
    link = add_user(house, name, role, email, SHELL)
    path = urlsplit(link.url).path
    visitor.get(path)
    answer = visitor.post(path, {"password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    visitor.get("/")


@contextmanager
def marketer_of(house: House) -> Iterator[Visitor]:
    """Mary, a marketer, who has signed in."""
    with serve_dashboard(house) as server, closing(Visitor(server.url)) as visitor:
        add_with_password(house, visitor, "mary", "marketer")
        yield visitor
