"""What is concluded from the DNS about a sender, and what is to be published."""

import base64
from collections.abc import Callable

import pytest

from penfriend.domain.checkup import Finding, Level, Record
from penfriend.domain.dkim import Dkim
from penfriend.domain.dkim_record import PublicHalf
from penfriend.domain.names import Names
from penfriend.domain.sender_checks import (
    check_alignment,
    check_dkim,
    check_dmarc,
    check_return_path,
    check_reverse,
    check_spf,
)
from tests.support.zone import Zone

OK, WARN, FAIL = Level.OK, Level.WARN, Level.FAIL
SHOP, MAIL = "shop.example", "mail.shop.example"
VOID = "v=spf1 a:n1.x a:n2.x a:n3.x -all"
DEEP = f"v=spf1 {'ptr ' * 11}-all"
PROPOSAL = "v=spf1 a:relay.example ~all"
KEY = Dkim(SHOP, "s1", "key.pem")
OURS = PublicHalf("rsa", b"spki", b"pkcs1")


def txt(name: str, *records: str) -> Zone:
    return Zone({(name, "TXT"): records} if records else {})


def p(data: bytes) -> str:
    return base64.b64encode(data).decode()


def level_and_words(finding: Finding) -> tuple[Level, str]:
    assert bool(finding.advice) is (finding.level is not OK)
    return finding.level, finding.found


# -- SPF


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["v=spf1 a:x.example -all"], OK, "1 of 10 questions: v=spf1 a:x.example -all"),
        ([], FAIL, "there is no record"),
        (["v=spf1 -all", "v=spf1 ~all"], FAIL, "there are 2 records, so receivers take none"),
        (["v=spf1 +all"], FAIL, "it ends in +all and lets everybody send: v=spf1 +all"),
        (
            ["v=spf1 ip4:192.0.2.1"],
            WARN,
            "it does not end in -all or ~all, and so refuses nobody: v=spf1 ip4:192.0.2.1",
        ),
        (["v=spf1 ?all"], WARN, "it does not end in -all or ~all, and so refuses nobody: v=spf1 ?all"),
        (["v=spf1 wrong -all"], FAIL, '"wrong" of shop.example is no term of SPF: v=spf1 wrong -all'),
        (
            [VOID],
            FAIL,
            f"3 names in it stand for nothing (n1.x, n2.x, n3.x), so receivers give up: {VOID}",
        ),
        (
            [DEEP],
            FAIL,
            f"following it takes more than 10 questions, so receivers give up: {DEEP}",
        ),
    ],
)
def test_spf(records: list[str], level: Level, words: str) -> None:
    names = txt(SHOP, *records)
    names.known["x.example", "A"] = ("192.0.2.1",)
    assert level_and_words(check_spf(SHOP, names, PROPOSAL)) == (level, words)


def test_missing_spf_is_proposed() -> None:
    assert check_spf(SHOP, Zone({}), PROPOSAL).publish == Record(SHOP, "TXT", PROPOSAL)


# -- DKIM


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([f"v=DKIM1; k=rsa; p={p(b'spki')}"], OK, "the record has the rsa key that signs here"),
        ([f"p={p(b'pkcs1')}"], OK, "the record has the rsa key that signs here"),
        (
            [f"v=DKIM1; h=sha1:sha256; s=email; p= {p(b'spki')[:3]} {p(b'spki')[3:]} ;"],
            OK,
            "the record has the rsa key that signs here",
        ),
        ([], FAIL, "there is no record"),
        (["v=DKIM1; p="], FAIL, "the key is revoked (p= is empty)"),
        ([f"v=DKIM1; p={p(b'other')}"], FAIL, "the record has another key than the one that signs here"),
        (
            [f"v=DKIM1; k=ed25519; p={p(b'spki')}"],
            FAIL,
            "the record is for a key of the kind ed25519, and ours is rsa",
        ),
        (["v=DKIM1; p=!"], FAIL, "p= is no base64"),
        (["v=DKIM1"], FAIL, "the record has no p="),
        (["something"], FAIL, "the record is no list of tags"),
        (["p=a; p=b"], FAIL, "the record is no list of tags"),
        ([f"v=DKIM2; p={p(b'spki')}"], FAIL, "the record begins with v=DKIM2, and it has to be v=DKIM1"),
        ([f"h=sha1; p={p(b'spki')}"], FAIL, "the record allows h=sha1, and we sign with sha256"),
        ([f"s=tlsrpt; p={p(b'spki')}"], FAIL, "the record is for s=tlsrpt, not for mail"),
        (["p=a", "p=b"], FAIL, "there are 2 records, and receivers may take any of them"),
        ([f"t=y; p={p(b'spki')}"], WARN, "t=y asks receivers to take the mail for unsigned"),
    ],
)
def test_dkim(records: list[str], level: Level, words: str) -> None:
    finding = check_dkim(KEY, OURS, txt("s1._domainkey.shop.example", *records))
    assert level_and_words(finding) == (level, words)
    published = Record("s1._domainkey.shop.example", "TXT", f"v=DKIM1; k=rsa; p={p(b'spki')}")
    assert finding.publish == (published if level is FAIL else None)


def test_dkim_key_that_cannot_sign() -> None:
    finding = check_dkim(KEY, 'there is no file "key.pem"', Zone({}))
    assert level_and_words(finding) == (FAIL, 'the key cannot sign: there is no file "key.pem"')


# -- DMARC


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["v=DMARC1; p=none; rua=mailto:a@shop.example"], OK, "p=none by _dmarc.shop.example: "),
        (["v=DMARC1; p=reject; rua=mailto:a@in.mail.shop.example"], OK, "p=reject by _dmarc.shop.example: "),
        (["v=DMARC1; p=reject; rua=mailto:a@reports.example"], OK, "p=reject by _dmarc.shop.example: "),
        ([], FAIL, "there is no record"),
        (["v=DMARC1; p=none"], WARN, "p=none by _dmarc.shop.example: "),
        (["v=DMARC1; p=none; rua=mailto:a@gone.example"], WARN, "p=none by _dmarc.shop.example: "),
        (["v=DMARC1; p=nothing"], FAIL, "receivers cannot read it: "),
        (["v=DMARC1; p=none, rua=mailto:a@shop.example"], FAIL, "receivers cannot read it: "),
        (["v=DMARC1; p=none", "v=DMARC1; p=none"], FAIL, "_dmarc.shop.example has several records"),
    ],
)
def test_dmarc(records: list[str], level: Level, words: str) -> None:
    names = txt("_dmarc.shop.example", *records)
    names.known["shop.example._report._dmarc.reports.example", "TXT"] = ("v=DMARC1",)
    found, said = level_and_words(check_dmarc(MAIL, names, f"a@{MAIL}"))
    assert (found, said[: len(words)]) == (level, words)


@pytest.mark.parametrize(
    ("sender", "related", "place"),
    [(SHOP, [], SHOP), (MAIL, [], MAIL), (MAIL, [SHOP, "esp.example"], SHOP), (SHOP, [MAIL], SHOP)],
)
def test_missing_dmarc_is_proposed_above_all_that_belong_together(
    sender: str, related: list[str], place: str
) -> None:
    proposed = Record(f"_dmarc.{place}", "TXT", "v=DMARC1; p=none; rua=mailto:hello@shop.example")
    assert check_dmarc(sender, Zone({}), "hello@shop.example", related).publish == proposed


def test_owner_of_another_domain_has_to_take_reports() -> None:
    names = txt("_dmarc.shop.example", "v=DMARC1; p=none; rua=mailto:a@gone.example")
    wanted = Record("shop.example._report._dmarc.gone.example", "TXT", "v=DMARC1")
    assert check_dmarc(SHOP, names, "").publish == wanted


# -- alignment


@pytest.mark.parametrize(
    ("path", "signers", "more", "level", "words"),
    [
        (SHOP, [SHOP], "", OK, "DKIM (d=shop.example) is aligned, the return path (shop.example) is aligned"),
        (
            SHOP,
            [MAIL],
            "",
            OK,
            "DKIM (d=mail.shop.example) is aligned, the return path (shop.example) is aligned",
        ),
        (
            "esp.example",
            [SHOP],
            "",
            OK,
            "DKIM (d=shop.example) is aligned, the return path (esp.example) is not aligned",
        ),
        (
            MAIL,
            ["esp.example"],
            "",
            WARN,
            "DKIM (d=esp.example) is not aligned, the return path (mail.shop.example) is aligned",
        ),
        (
            MAIL,
            ["esp.example"],
            "aspf=s",
            FAIL,
            "DKIM (d=esp.example) is not aligned, the return path (mail.shop.example) is not aligned",
        ),
        (
            MAIL,
            [MAIL],
            "adkim=s; aspf=s",
            FAIL,
            "DKIM (d=mail.shop.example) is not aligned, the return path (mail.shop.example) is not aligned",
        ),
        (SHOP, [], "", WARN, "nothing signs here, the return path (shop.example) is aligned"),
        ("esp.example", [], "", WARN, "nothing signs here, the return path (esp.example) is not aligned"),
    ],
)
def test_alignment(path: str, signers: list[str], more: str, level: Level, words: str) -> None:
    names = txt("_dmarc.shop.example", f"v=DMARC1; p=none; {more}")
    assert level_and_words(check_alignment(SHOP, path, signers, names)) == (level, words)


# -- return path and reverse names


@pytest.mark.parametrize(
    ("known", "level", "words"),
    [
        ({(SHOP, "MX"): ("mx.example",), ("mx.example", "A"): ("192.0.2.1",)}, OK, "MX mx.example"),
        ({(SHOP, "MX"): ("mx.example",)}, FAIL, "MX mx.example, and mx.example has no address"),
        (
            {(SHOP, "MX"): ("a.example", "b.example"), ("a.example", "A"): ("192.0.2.1",)},
            WARN,
            "MX a.example, b.example, and b.example has no address",
        ),
        ({(SHOP, "MX"): ("",)}, FAIL, "its MX says that it takes no mail (RFC 7505)"),
        ({(SHOP, "A"): ("192.0.2.1",)}, WARN, "there is no MX, only an address"),
        ({}, FAIL, "neither MX nor address: bounces are lost, and receivers may refuse the mail"),
    ],
)
def test_return_path(known: dict[tuple[str, str], tuple[str, ...]], level: Level, words: str) -> None:
    assert level_and_words(check_return_path(SHOP, Zone(known))) == (level, words)


@pytest.mark.parametrize(
    ("known", "level", "words"),
    [
        (
            {("192.0.2.1", "PTR"): ("a.example", "b.example"), ("b.example", "A"): ("192.0.2.1",)},
            OK,
            "b.example, which has that address",
        ),
        (
            {("192.0.2.1", "PTR"): ("a.example",), ("a.example", "A"): ("192.0.2.2",)},
            FAIL,
            "a.example, which does not have that address",
        ),
        ({}, FAIL, "there is none, and many receivers refuse that"),
    ],
)
def test_reverse(known: dict[tuple[str, str], tuple[str, ...]], level: Level, words: str) -> None:
    assert level_and_words(check_reverse("192.0.2.1", Zone(known))) == (level, words)


# -- silence


@pytest.mark.parametrize(
    ("silent", "check"),
    [
        (SHOP, lambda names: check_spf(SHOP, names, PROPOSAL)),
        ("s1._domainkey.shop.example", lambda names: check_dkim(KEY, OURS, names)),
        ("_dmarc.shop.example", lambda names: check_dmarc(SHOP, names, "")),
        ("_dmarc.shop.example", lambda names: check_alignment(SHOP, SHOP, [], names)),
        (SHOP, lambda names: check_return_path(SHOP, names)),
        ("192.0.2.1", lambda names: check_reverse("192.0.2.1", names)),
    ],
    ids=["SPF", "DKIM", "DMARC", "alignment", "return path", "reverse"],
)
def test_silence_concludes_nothing(silent: str, check: Callable[[Names], Finding]) -> None:
    finding = check(Zone({}, frozenset({silent})))
    assert level_and_words(finding) == (WARN, "cannot be told: no name server answers")
    assert finding.publish is None
