"""PENFRIEND_TRANSPORT addresses: what they stand for, and one clear line where they are wrong."""

from pathlib import Path

import pytest

from penfriend.delivery import open_transport, parse_transport_url, rate_of
from penfriend.delivery.file_store import FileTransport
from penfriend.delivery.memory import MemoryTransport
from penfriend.delivery.settings import FileSettings, MemorySettings, SmtpSettings, Timeouts, Tls
from penfriend.delivery.smtp_transport import SmtpTransport
from penfriend.domain.errors import SettingError


def smtp(url: str) -> SmtpSettings:
    carrier = parse_transport_url(url).carrier
    assert isinstance(carrier, SmtpSettings)
    return carrier


def complaint(url: str) -> str:
    with pytest.raises(SettingError) as caught:
        parse_transport_url(url)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_the_default_address_is_smtp_with_tls_offered() -> None:
    assert smtp("smtp://127.0.0.1:1025") == SmtpSettings("127.0.0.1", 1025)
    assert smtp("smtp://127.0.0.1:1025").tls is Tls.OFFER


def test_every_option_of_smtp_is_read() -> None:
    settings = smtp(
        "smtp://user:pass@mail.example:587?tls=require&connections=8&timeout=20&dot_timeout=90&helo=a.example&rate=50/s"
    )
    assert settings == SmtpSettings(
        host="mail.example",
        port=587,
        user="user",
        password="pass",
        tls=Tls.REQUIRE,
        verify=True,
        connections=8,
        helo="a.example",
        timeouts=Timeouts(connect=20, greeting=20, command=20, data=20, block=20, dot=90),
    )


def test_a_shorter_timeout_does_not_shorten_the_wait_after_the_dot() -> None:
    assert smtp("smtp://mail.example?timeout=5").timeouts.dot == 600


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp://mail.example", 25),
        ("smtp://u:p@mail.example", 587),
        ("smtps://mail.example", 465),
        ("smtp://mail.example?tls=implicit", 465),
        ("smtps://mail.example:1465", 1465),
        ("smtp://[::1]:2525", 2525),
    ],
)
def test_the_port_follows_from_what_is_said(url: str, port: int) -> None:
    assert smtp(url).port == port


@pytest.mark.parametrize(
    ("url", "verify"),
    [
        ("smtp://h.example", False),
        ("smtp://h.example?tls=require", True),
        ("smtps://h.example", True),
        ("smtps://h.example?verify=no", False),
        ("smtp://h.example?verify=yes", True),
    ],
)
def test_the_certificate_is_checked_where_tls_is_a_must(url: str, verify: bool) -> None:
    assert smtp(url).verify is verify


def test_user_and_password_are_percent_decoded() -> None:
    settings = smtp("smtp://me%40shop.example:a%2Fb%3Fc%23d%3Ae%40f@mail.example")
    assert (settings.user, settings.password) == ("me@shop.example", "a/b?c#d:e@f")


def test_the_password_does_not_show_when_settings_are_printed() -> None:
    assert "geheim" not in repr(parse_transport_url("smtp://user:geheim@mail.example"))


@pytest.mark.parametrize(
    ("text", "rate"),
    [("50/s", 50.0), ("0.5/s", 0.5), ("600/m", 10.0), ("7200/h", 2.0)],
)
def test_a_rate_is_mails_per_second(text: str, rate: float) -> None:
    assert rate_of(f"smtp://mail.example?rate={text}") == rate
    assert rate_of(f"file:outbox?rate={text}") == rate
    assert rate_of(f"memory:?rate={text}") == rate


def test_without_a_rate_there_is_no_limit() -> None:
    assert rate_of("memory:") is None


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///var/outbox", "/var/outbox"),
        ("file:/var/outbox", "/var/outbox"),
        ("file:outbox", "outbox"),
        ("file:./my%20mail", "my mail"),
        ("file://localhost/var/outbox", "/var/outbox"),
    ],
)
def test_a_folder_is_read(url: str, folder: str) -> None:
    assert parse_transport_url(url).carrier == FileSettings(Path(folder))


def test_memory_is_read() -> None:
    assert parse_transport_url("memory:").carrier == MemorySettings()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "begins with no scheme; write smtp://"),
        ("mail.example", "begins with no scheme"),
        ("stmp://mail.example", 'Did you mean "smtp"?'),
        ("http://mail.example", "the scheme http: is not known"),
        ("smtp:mail.example", "there is no host"),
        ("smtp://", "there is no host"),
        ("smtp://mail .example", "there is no host"),
        ("smtp://:secret@mail.example", "a password without a user"),
        ("smtp://mail.example:0", "the port is not a number from 1 to 65535"),
        ("smtp://mail.example:99999", "the port is not a number from 1 to 65535"),
        ("smtp://mail.example:smtp", "the port is not a number from 1 to 65535"),
        ("smtp://mail.example/outbox", "only ?options may follow"),
        ("smtp://mail.example?tls=yes", "write offer, require, implicit or none"),
        ("smtp://mail.example?tls=requires", 'Did you mean "require"?'),
        ("smtps://mail.example?tls=none", "smtps:// is TLS from the first byte"),
        ("smtp://mail.example?tsl=none", "has no option 'tsl'; it knows tls,"),
        ("smtp://mail.example?tls=none&tls=require", "the option tls stands twice"),
        ("smtp://mail.example?verify=maybe", "write verify=yes or verify=no"),
        ("smtp://mail.example?connections=0", "not a number from 1 to 1000"),
        ("smtp://mail.example?connections=ten", "not a number from 1 to 1000"),
        ("smtp://mail.example?timeout=0", "not a number of seconds"),
        ("smtp://mail.example?timeout=9999", "not a number of seconds"),
        ("smtp://mail.example?helo=a%20b", "helo= is not a host name"),
        ("smtp://mail.example?rate=fast", "write rate=50/s"),
        ("smtp://mail.example?rate=0/s", "write rate=50/s"),
        ("smtp://mail.example?rate=", "write rate=50/s"),
        ("smtp://[::1", "the address cannot be read"),
        ("file:", "names no folder"),
        ("file://outbox", "file:outbox for a folder here"),
        ("file://outbox/mail", "file:outbox for a folder here"),
        ("file:outbox?connections=2", "has no option 'connections'; it knows rate"),
        ("memory:here", "memory: takes nothing but options"),
    ],
)
def test_a_wrong_address_is_one_line_that_says_what_would_be_right(url: str, words: str) -> None:
    assert words in complaint(url)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://user:gehe/im@mail.example",
        "smtp://user:gehe?im@mail.example",
        "smtp://user:gehe#im@mail.example",
        "smtp://user:gehe",
        "smtp://user:gehe/im",
        "smtp://user:gehe@mail.example?tls=yes",
        "smtp://user:gehe@mail.example?nonsense=1",
        "smtp://user:gehe@mail.example:port",
        "smtp://user:gehe[im@mail.example",
        "http://user:gehe@mail.example",
        "user:gehe@mail.example",
    ],
)
def test_no_complaint_holds_a_piece_of_a_password(url: str) -> None:
    assert "gehe" not in complaint(url)


def test_a_complaint_begins_with_the_transports_name() -> None:
    with pytest.raises(SettingError, match=r"^transport default: the scheme http: is not known"):
        open_transport("default", "http://mail.example")


@pytest.mark.parametrize(
    ("url", "kind"),
    [("smtp://127.0.0.1:9", SmtpTransport), ("memory:", MemoryTransport), ("file:{}/outbox", FileTransport)],
)
def test_an_address_opens_its_transport(url: str, kind: type[object], tmp_path: Path) -> None:
    transport = open_transport("default", url.format(tmp_path))
    assert isinstance(transport, kind)
    transport.close()


def test_a_folder_that_cannot_be_made_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"the folder .*/file/outbox cannot be used: not a directory"):
        open_transport("default", f"file:{tmp_path}/file/outbox")
