"""Questions to a real name server on loopback: what it says, what it does not say, and how long we wait."""

import pytest

from penfriend.delivery import dns as module
from penfriend.delivery.dns import DnsNames
from penfriend.domain.errors import SettingError
from penfriend.domain.names import Answer, Found
from tests.support.dns_server import DnsServer
from tests.support.smtp_sink import free_port

NONE = Answer(Found.NONE)
LONG = "v=DKIM1; k=rsa; p=" + "x" * 700


@pytest.fixture
def names(dns_server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> DnsNames:
    monkeypatch.setattr(module, "TRY_SECONDS", 0.05)
    monkeypatch.setattr(module, "QUESTION_SECONDS", 0.2)
    return DnsNames(dns_server.place, patience=0.5)


def test_records_are_read(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("shop.example", "TXT", "v=spf1 -all", 'a "quoted" \\ one')
    dns_server.add("shop.example", "MX", "20 b.example.", "10 A.example.")
    dns_server.add("mx.example", "A", "192.0.2.1")
    dns_server.add("mx.example", "AAAA", "2001:db8::1")
    dns_server.add("1.2.0.192.in-addr.arpa", "PTR", "MX.example.")
    assert names.texts("shop.example") == Answer(Found.SOME, ('a "quoted" \\ one', "v=spf1 -all"))
    assert names.exchanges("shop.example") == Answer(Found.SOME, ("a.example", "b.example"))
    assert names.addresses("mx.example") == Answer(Found.SOME, ("192.0.2.1", "2001:db8::1"))
    assert names.names_of("192.0.2.1") == Answer(Found.SOME, ("mx.example",))


def test_what_is_not_there_is_not_there_for_certain(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("shop.example", "A", "192.0.2.1")
    assert [names.texts("shop.example"), names.texts("other.example")] == [NONE, NONE]
    assert names.exchanges("other.example") == NONE
    assert names.addresses("other.example") == NONE


def test_null_mx_is_an_empty_name(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("shop.example", "MX", "0 .")
    assert names.exchanges("shop.example") == Answer(Found.SOME, ("",))


def test_another_name_is_followed(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("s1._domainkey.shop.example", "CNAME", "key.provider.example.")
    dns_server.add("key.provider.example", "TXT", "v=DKIM1; p=")
    assert names.texts("s1._domainkey.shop.example").records == ("v=DKIM1; p=",)


def test_answer_that_is_cut_off_is_asked_for_again_over_tcp(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("shop.example", "TXT", LONG)
    assert names.texts("shop.example").records == (LONG,)
    assert [over for _, _, over in dns_server.asked] == ["udp", "tcp"]


def test_question_is_asked_once(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.add("shop.example", "TXT", "x")
    assert names.texts("shop.example") == names.texts("shop.example")
    assert len(dns_server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("servfail", "the name servers have no good answer to the question for TXT of shop.example"),
        ("refused", "the name servers have no good answer to the question for TXT of shop.example"),
        ("silent", "no name server answers to the question for TXT of shop.example"),
    ],
)
def test_server_that_does_not_say_is_told(
    dns_server: DnsServer, names: DnsNames, fault: str, why: str
) -> None:
    dns_server.break_down("shop.example", fault)
    assert names.texts("shop.example") == Answer(Found.UNKNOWN, why=why)


def test_nonsense_is_no_answer(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.fault = "nonsense"
    assert names.texts("shop.example").found is Found.UNKNOWN


@pytest.mark.parametrize("name", ["a..b.example", "x" * 64 + ".example", "ż.example" + ".long" * 60])
def test_name_that_cannot_be_is_told(names: DnsNames, name: str) -> None:
    assert names.texts(name).found is Found.UNKNOWN


def test_silence_is_waited_for_only_so_long_in_all(dns_server: DnsServer, names: DnsNames) -> None:
    dns_server.fault = "silent"
    answers = [names.texts(f"{number}.example") for number in range(50)]
    assert {answer.found for answer in answers} == {Found.UNKNOWN}
    assert answers[-1].why == "no name server answers; 49.example was not asked for any more"
    assert len({name for name, _, _ in dns_server.asked}) <= 5


def test_nobody_listens() -> None:
    answer = DnsNames(f"127.0.0.1:{free_port()}", patience=0.2).texts("shop.example")
    assert answer.found is Found.UNKNOWN


@pytest.mark.parametrize(
    "place", ["ns.example", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:70000", "[::1", "", "1.2.3"]
)
def test_name_server_that_is_no_address_is_refused(place: str) -> None:
    with pytest.raises(SettingError, match="is no IP address with or without a port"):
        DnsNames(place)


@pytest.mark.parametrize("place", ["127.0.0.1", "::1", "[::1]", "[::1]:5353", "127.0.0.1:5353"])
def test_name_server_is_an_address_with_or_without_a_port(place: str) -> None:
    DnsNames(place)
