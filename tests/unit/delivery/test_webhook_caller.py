"""Webhook calls over real HTTPS, and the addresses that none goes to."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from penfriend.delivery.public_addresses import NotPublicError, is_public, resolve
from penfriend.delivery.webhook_caller import LONGEST_ANSWER, WebhookCaller
from penfriend.domain.plain_text import is_line
from penfriend.domain.webhooks import Answer, Line
from tests.support.https import HttpsServer, Told
from tests.support.smtp import TestCertificate

HEADERS = {"webhook-id": "msg_1"}
LOOPBACK = ipaddress.ip_address("127.0.0.1")


@pytest.fixture
def trusted(certificate: TestCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.authority_file))


@contextmanager
def line_to(
    server: HttpsServer,
    trusted: ssl.SSLContext,
    host: str = "localhost",
    timeout: float = 10,
    path: str = "/",
) -> Iterator[Line]:
    caller = WebhookCaller(
        timeout=timeout,
        allowed=lambda address: address in (LOOPBACK, ipaddress.ip_address("::1")),
        trusted=trusted,
    )
    with caller.line(f"https://{host}:{server.port}{path}") as line:
        yield line


def stands_for(monkeypatch: pytest.MonkeyPatch, **names: list[str]) -> list[str]:
    """Names in the DNS of this test; what was asked for, in order."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


# -- a call


def test_call_is_posted_with_its_headers_body_and_path(
    https_server: HttpsServer, trusted: ssl.SSLContext
) -> None:
    with line_to(https_server, trusted, path="/hooks/a?b=c") as line:
        answer = line.post(HEADERS, b'{"a":1}')
    assert answer == Answer(204, "204 No Content")
    (told,) = https_server.told
    assert (told.path, told.body, told.headers["webhook-id"]) == ("/hooks/a?b=c", b'{"a":1}', "msg_1")
    assert told.headers["content-type"] == "application/json"


def test_connection_is_kept_for_the_next_call(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    with line_to(https_server, trusted) as line:
        assert [line.post(HEADERS, b"{}").status for _ in range(3)] == [204] * 3
    assert https_server.connections == 1


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}])
def test_connection_that_the_other_side_closes_is_made_anew(
    https_server: HttpsServer, trusted: ssl.SSLContext, headers: dict[str, str]
) -> None:
    https_server.answer, https_server.hangs_up = lambda _: (200, headers), True
    with line_to(https_server, trusted) as line:
        assert [line.post(HEADERS, b"{}").status for _ in range(2)] == [200] * 2
    assert https_server.connections == 2


def test_answer_is_kept_in_one_line_with_what_it_said(
    https_server: HttpsServer, trusted: ssl.SSLContext
) -> None:
    https_server.answer = lambda _: (500, {})
    with line_to(https_server, trusted) as line:
        assert line.post(HEADERS, b"{}") == Answer(500, "500 Internal Server Error: done")


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("soon", None), ("Mon, 02 Mar 2026 12:00:00 +0000", 0)]
)
def test_retry_after_is_read(
    https_server: HttpsServer, trusted: ssl.SSLContext, value: str, seconds: float | None
) -> None:
    https_server.answer = lambda _: (503, {"Retry-After": value})
    with line_to(https_server, trusted) as line:
        assert line.post(HEADERS, b"{}").retry_after == seconds


def test_retry_after_may_be_a_date(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    https_server.answer = lambda _: (429, {"Retry-After": later})
    with line_to(https_server, trusted) as line:
        wait = line.post(HEADERS, b"{}").retry_after
    assert wait is not None
    assert 7000 < wait <= 7200


# -- what goes wrong is an answer, never an exception


def test_redirect_is_not_followed(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    https_server.answer = lambda _: (307, {"Location": f"https://localhost:{https_server.port}/elsewhere"})
    with line_to(https_server, trusted) as line:
        answer = line.post(HEADERS, b"{}")
    assert (answer.status, [told.path for told in https_server.told]) == (307, ["/"])
    assert "redirections are not followed" in answer.note


def test_what_no_terminal_and_no_database_takes_is_not_kept(
    https_server: HttpsServer, trusted: ssl.SSLContext
) -> None:
    https_server.answer = lambda _: (307, {"Location": "/\x1b[2J\0\x9b"})
    with line_to(https_server, trusted) as line:
        assert is_line(line.post(HEADERS, b"{}").note)


def test_nobody_there(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    https_server.stop()
    with line_to(https_server, trusted, host="127.0.0.1") as line:
        assert line.post(HEADERS, b"{}") == Answer(None, "connection refused")


def test_certificate_for_another_name_is_refused(
    https_server: HttpsServer, trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    stands_for(monkeypatch, **{"care.example": ["127.0.0.1"]})
    with line_to(https_server, trusted, host="care.example") as line:
        answer = line.post(HEADERS, b"{}")
    assert answer.status is None
    assert "its certificate does not hold" in answer.note
    assert https_server.told == []


def test_certificate_of_an_unknown_authority_is_refused(https_server: HttpsServer) -> None:
    caller = WebhookCaller(allowed=lambda _: True)
    with caller.line(f"https://127.0.0.1:{https_server.port}/") as line:
        assert "its certificate does not hold" in line.post(HEADERS, b"{}").note
    assert https_server.told == []


def test_silent_system_is_given_up(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    def wait(_: Told) -> tuple[int, dict[str, str]]:
        https_server.release.wait(30)
        return 204, {}

    https_server.answer = wait
    with line_to(https_server, trusted, timeout=0.2) as line:
        assert line.post(HEADERS, b"{}") == Answer(None, "no answer in time")


def test_system_that_drips_is_given_up_after_the_whole_time(
    https_server: HttpsServer, trusted: ssl.SSLContext, certificate: TestCertificate
) -> None:
    """A byte now and then keeps off a timeout of single reads for ever."""
    with _dripping(certificate, https_server) as port, line_to(https_server, trusted, timeout=0.5) as _:
        caller = WebhookCaller(timeout=0.5, allowed=lambda _: True, trusted=trusted)
        with caller.line(f"https://localhost:{port}/") as line:
            assert line.post(HEADERS, b"{}") == Answer(None, "no answer in time")


@contextmanager
def _dripping(certificate: TestCertificate, server: HttpsServer) -> Iterator[int]:
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        plain, _ = listening.accept()
        with certificate.server_context.wrap_socket(plain, server_side=True) as safe:
            safe.recv(4096)
            try:
                while not stop.wait(0.05):
                    safe.sendall(b"H")
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    stop.set()
    thread.join(10)
    listening.close()


def test_long_answer_is_not_read_to_its_end(https_server: HttpsServer, trusted: ssl.SSLContext) -> None:
    https_server.answer = lambda _: (200, {"X-Long": "x"})
    https_server.text = b"x" * (LONGEST_ANSWER + 10)
    with line_to(https_server, trusted) as line:
        assert [line.post(HEADERS, b"{}").status for _ in range(2)] == [200] * 2
    assert https_server.connections == 2


@pytest.mark.parametrize("url", ["http://localhost:1/", "ftp://localhost/", "https:///nowhere"])
def test_only_https_is_called(url: str) -> None:
    with WebhookCaller(allowed=lambda _: True).line(url) as line:
        assert line.post(HEADERS, b"{}") == Answer(None, "only https addresses are called")


# -- addresses

INSIDE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_address_of_the_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101"])
def test_address_of_the_world_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost"]
)
def test_nothing_is_connected_to_on_this_machine_however_it_is_written(
    https_server: HttpsServer, trusted: ssl.SSLContext, address: str
) -> None:
    with WebhookCaller(trusted=trusted).line(f"https://{address}:{https_server.port}/") as line:
        answer = line.post(HEADERS, b"{}")
    assert (answer.status, https_server.connections) == (None, 0)
    assert "no public address" in answer.note


def test_name_with_one_address_of_the_inside_is_not_called_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    stands_for(monkeypatch, **{"care.example": ["1.1.1.1", "10.0.0.5"]})
    with pytest.raises(NotPublicError, match=r"care\.example is at 10\.0\.0\.5, which is no public address"):
        resolve("care.example", 443)


def test_connection_goes_to_the_address_that_was_checked_and_names_the_host(
    https_server: HttpsServer, trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer for the name is never asked for."""
    asked = stands_for(monkeypatch, localhost=["127.0.0.1"])
    with line_to(https_server, trusted) as line:
        assert line.post(HEADERS, b"{}").status == 204
    assert asked == ["localhost"]
    assert https_server.told[0].server_name == "localhost"


def test_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    stands_for(monkeypatch)
    with WebhookCaller().line("https://care.example/") as line:
        assert line.post(HEADERS, b"{}") == Answer(None, "the name is not known: Name or service not known")
