"""Every route of the application attacked, each by every way that its line in the table opens.

The routes are taken from the application: a new one without a line fails.
"""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from penfriend.domain.tokens import Purpose
from penfriend.web.bodies import LARGER, MAX_BODY, MAX_EVENTS
from tests.support.attack_lines import (
    CLOSES,
    KINDS_OF_BODY,
    LINES,
    NAMED,
    TAKING,
    TOKENS,
    asker,
    asker_without_form,
    filled,
    good,
)
from tests.support.attacked import Besieged, besieged, routes_of
from tests.support.empty_store import empty_file

ALL_METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
    "",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    folder = tmp_path_factory.mktemp("attacked")
    with besieged(folder, empty_file(folder / "penfriend.db")) as made:
        yield made


def test_every_route_has_its_line(house: Besieged) -> None:
    assert {path: methods - {"HEAD"} for path, methods in routes_of(house.app).items()} == {
        path: {*line.methods.split()} for path, line in LINES.items()
    }


def test_what_is_asked_well_gets_where_the_attacks_go(house: Besieged) -> None:
    for path, line in LINES.items():
        if path in CLOSES:
            continue
        method = "GET" if "GET" in line.methods and line.body != "bytes" else "POST"
        answer = asker(house, path)(method, good(house, path), b"{}" if method == "POST" else b"")
        assert answer.status == line.meets, (method, path, answer)


def test_another_method_is_refused_and_head_is_like_get(house: Besieged) -> None:
    for path, line in LINES.items():
        if path in CLOSES:
            continue
        ask, where = asker(house, path), good(house, path)
        known = {*line.methods.split()} | ({"HEAD"} if "GET" in line.methods else set())
        for method in {*ALL_METHODS} - known:
            answer = ask(method, where)
            wanted = {404, 405} if path.startswith("/webhooks/") else {405}
            assert answer.status in wanted, (method, path, answer)
            assert answer.status == 404 or answer.headers["allow"], (method, path)
        if "HEAD" in known and path != "/metrics":  # which counts its own requests
            get, head = ask("GET", where), ask("HEAD", where)
            assert (get.status, sorted(get.headers)) == (head.status, sorted(head.headers)), path


def moved(token: str, by: int) -> str:
    """The token with a number of its own changed, and the signature that it had."""
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[5] = (raw[5] + by) % 256
    return urlsafe_b64encode(bytes(raw)).decode().rstrip("=")


def test_every_wrong_token_of_every_route_is_the_same_page(house: Besieged) -> None:
    nothing = house.ask("GET", "/no/such/page")
    assert nothing.status == 404
    for path in TOKENS:
        begin, _, end = path.partition("{token}")
        token = good(house, path).removeprefix(begin).removesuffix(end)
        flips = [
            token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
            for at in range(0, len(token), 7)
        ]
        others = [house.token(one) for one in Purpose if filled(path, house.token(one)) != good(house, path)]
        wrong = [
            *flips,
            *others,
            moved(token, 1),
            moved(token, -1),
            token[:-1],
            token + "A",
            "0",
            "-1",
            "A" * 9_000,
        ]
        for one, method in itertools.product(wrong, LINES[path].methods.split()):
            answer = house.ask(method, filled(path, one))
            if path.startswith("/login"):  # a form of the dashboard, that carries no token of its own
                assert answer.status in {403, 404}
            else:
                assert answer.same_as(nothing), (path, one)


def test_who_is_not_there_is_told_apart_by_nothing(house: Besieged) -> None:
    """Ids beside those that are there: neither the answer nor what stands in it says which are near."""
    for path in ("/users/{user}/role", "/users/{user}/link", "/users/{user}/remove"):
        wrong = [
            "0",
            "-1",
            str(house.ben + 2),
            "999999999999999999",
            "9" * 40,
            "1e1",
            "01x",
            "%31%00",
            "\u0661",
        ]
        answers = [house.as_user("POST", filled(path, quote(one, safe="%")), b"role=viewer") for one in wrong]
        assert answers[0].status == 404
        assert all(one.same_as(answers[0]) for one in answers), path
    for path in ("/v1/messages/{id:path}", "/v1/contacts/{id:path}", "/v1/segments/{name}"):
        for one in ("0", "-1", "2", "9" * 40, "1.0", "%00", "%FF"):
            answer = house.as_program("GET", filled(path, one))
            assert answer.status == 404, (path, one, answer)


CLIMBS = (
    "..",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252fetc%252fpasswd",
    "..%c0%af..%c0%afetc/passwd",
    "..\\..\\windows\\win.ini",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "....//....//etc/passwd",
    "%00/etc/passwd",
    "pages.css/../../pages.py",
    "file:///etc/passwd",
    ".%00.",
    "campaigns.yaml",
    "..%2fpages.py",
)


def test_no_name_climbs_out_of_its_place(house: Besieged) -> None:
    for path, climb in itertools.product(NAMED, CLIMBS):
        if path not in CLOSES:
            for method in LINES[path].methods.split():
                if method in {"GET", "POST"}:
                    answer = asker(house, path)(method, filled(path, climb))
                    assert answer.status in {400, 403, 404, 405}, (path, climb, answer)
                    assert b"root:" not in answer.body


HOSTS = (
    "evil.example",
    "evil.example:8400@127.0.0.1",
    "127.0.0.1:8400\t.evil.example",
    "[::1",
    "a" * 5_000,
    "%0d%0a",
    "evil.example/..;/",
    "",
)


def test_the_host_decides_nothing(house: Besieged) -> None:
    for path, line in LINES.items():
        if "GET" not in line.methods or path == "/metrics":  # which asks whether the request comes from here
            continue
        ask, where = asker(house, path), good(house, path)
        right = ask("GET", where)
        for host in HOSTS:
            more = {
                "x_forwarded_host": "evil.example",
                "forwarded": "host=evil.example",
                "x_original_url": "/users",
            }
            wrong = ask("GET", where, host=host, **more)
            assert wrong.status == right.status, (path, host)
            assert "evil.example" not in wrong.text + str(wrong.headers), (path, host)


def test_a_body_that_is_too_large_is_not_read(house: Besieged) -> None:
    for path, method in TAKING:
        where, ask = good(house, path), asker_without_form(house, path)
        limit = max([MAX_BODY, *(most for begin, most in LARGER.items() if where.startswith(begin))])
        for kind in KINDS_OF_BODY[LINES[path].body]:
            for length in (1 << 30, 10**30, limit + 1):
                said = ask(method, where, b"x", length=length, content_type=kind)
                assert (said.status, said.took) == (413, 0), (path, kind, length)
            endless = ask(method, where, itertools.repeat(b"--x\r\n" + b"a" * 65_536), content_type=kind)
            assert endless.status in {400, 413}, (path, kind)
            assert endless.took <= limit + 70_000, (path, kind)


def test_a_body_that_does_not_come_is_given_up(house: Besieged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriend.web.bodies.BODY_SECONDS", 0.01)
    for path, method in TAKING:
        for kind in KINDS_OF_BODY[LINES[path].body]:
            slow = asker_without_form(house, path)(method, good(house, path), None, content_type=kind)
            assert slow.status == 408, (path, kind)


def test_what_unpacks_to_gigabytes_is_never_unpacked_whole(house: Besieged) -> None:
    bomb = gzip.compress(bytes(32 << 20))
    tracemalloc.start()
    try:
        for path, method in TAKING:
            kind = KINDS_OF_BODY[LINES[path].body][0]
            ask = asker_without_form(house, path)
            ask(method, good(house, path), bomb, content_encoding="gzip", content_type=kind)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_EVENTS
    finally:
        tracemalloc.stop()


def test_a_parameter_that_is_none_is_refused_with_what_was_meant(house: Besieged) -> None:
    for path, said in (
        ("/v1/segments?limti=5", 'there is no parameter "limti" here. Did you mean "limit"?'),
        ("/v1/campaigns?of=x", 'there is no parameter "of" here. It is one of: limit, cursor.'),
        (
            "/v1/contacts/ann/story?campaing=x",
            'there is no parameter "campaing" here. Did you mean "campaign"?',
        ),
    ):
        answer = house.as_program("GET", path)
        assert (answer.status, json.loads(answer.body)["detail"]) == (422, said)
