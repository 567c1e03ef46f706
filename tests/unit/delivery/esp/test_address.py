"""Addresses of accounts at mail providers: what is read, and what is said of a wrong one."""

import pytest

from penfriend.delivery import open_transport, parse_transport_url
from penfriend.delivery.esp.providers import PROVIDERS
from penfriend.delivery.settings import EspSettings
from penfriend.domain.errors import SettingError
from tests.support.fake_esp import SECRET, address

KEY = "QyX7hunter2"


def settings_of(url: str) -> EspSettings:
    carrier = parse_transport_url(url).carrier
    assert isinstance(carrier, EspSettings)
    return carrier


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_every_provider_has_its_address(provider: str) -> None:
    settings = settings_of(address(provider, 1))
    assert settings.provider == provider
    assert SECRET in settings.account.values()  # a plus is a plus


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_no_key_is_shown(provider: str) -> None:
    assert SECRET not in repr(parse_transport_url(address(provider, 1)))


def test_what_an_address_may_have() -> None:
    read = parse_transport_url("anymail+postmark://?server_token=a&connections=3&rate=50/s&timeout=7.5")
    assert read.rate == 50.0
    settings = settings_of("anymail+postmark://?server_token=a&connections=3&rate=50/s&timeout=7.5")
    assert (settings.connections, settings.timeout, settings.account) == (3, 7.5, {"server_token": "a"})


def test_an_escaped_key_is_the_key() -> None:
    assert settings_of("anymail+postmark://?server_token=a%26b%25c%23").account["server_token"] == "a&b%c#"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "anymail+postmork://?server_token=x",
            'the provider postmork is not known; .* Did you mean "postmark"',
        ),
        (
            "anymail+postmark://",
            "Postmark needs server_token; write anymail\\+postmark://\\?server_token=...",
        ),
        ("anymail+mailjet://?api_key=x", "Mailjet needs secret_key"),
        ("anymail+postal://?api_key=x", "Postal needs api_url"),
        ("anymail+scaleway://", "Scaleway needs secret_key and project_id"),
        (f"anymail+postmark://{KEY}@api?server_token=x", "followed by \\?options alone"),
        (f"anymail+postmark://?server_token=a#{KEY}", "in a value write # as %23"),
        (f"anymail+postmark://?server_token=a&{KEY}=b", "an option that it does not know; .*write & as %26"),
        ("anymail+postmark://?server_tokn=a", 'Did you mean "server_token"'),
        ("anymail+postmark://?server_token=", "server_token is empty"),
        (f"anymail+postmark://?server_token={KEY}%20b", "has spaces"),
        (f"anymail+postmark://?server_token={KEY}&server_token=b", "stands twice"),
        (f"anymail+postmark://?server_token={KEY}&api_url=ftp://x", "not a web address"),
        (f"anymail+postmark://?server_token={KEY}&connections=0", "connections=0 is not a number"),
        (f"anymail+postmark://?server_token={KEY}&rate=fast", "rate=fast is not a rate"),
        (f"anymail+postmark://?server_token={KEY}&timeout=600", "more than 120 seconds"),
        (f"anymail+amazon-ses://?secret_access_key={KEY}", "go together"),
    ],
)
def test_a_wrong_address_is_one_line_without_the_key(url: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as caught:
        parse_transport_url(url)
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penfriend.delivery.esp.anymail_home.import_module", missing)
    with pytest.raises(SettingError, match=r"^transport news: .*pip install 'penfriend\[esp\]'$"):
        open_transport("news", "anymail+postmark://?server_token=x")


def missing(name: str) -> None:
    raise ModuleNotFoundError(name)
