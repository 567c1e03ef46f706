"""Signatures over mails: other software (dkimpy) finds them right, and wrong where a byte that counts is
another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penfriend.delivery.dkim import Signer, sender_domain, signed
from penfriend.delivery.dkim_keys import load_key
from penfriend.domain.campaign import Send
from penfriend.domain.facts import Frozen
from tests.support.dkim import PrivateKey, ed25519_key, is_signed, pem, record, rsa_key, tags
from tests.unit.rendering.letters import letter, renderer, text_letter

DOMAIN = "mail.acorn.example"
KEYS: dict[str, PrivateKey] = {"rsa-sha256": rsa_key(), "ed25519-sha256": ed25519_key()}
RECORDS = {f"{name}._domainkey.{DOMAIN}": record(key) for name, key in KEYS.items()}
HEAD = b"From: Acorn <hello@mail.acorn.example>\r\nTo: ann@shop.example\r\nSubject: Hello\r\n"


def signer(algorithm: str) -> Signer:
    return Signer(DOMAIN, algorithm, load_key(pem(KEYS[algorithm]).encode()))


def assembled(name: str = "Ann", *, topic: str | None = "offers") -> bytes:
    """A letter as it is made, with whatever name and one very long line."""
    facts: Frozen = {"contact": {"first_name": name, "attributes": {}}}
    mjml = text_letter("Hi {{ contact.first_name }} " + "long " * 400)
    made = renderer(mjml, step=Send(id="welcome/hello", template="welcome/hello"))
    return made.render(letter(to_name=name, topic=topic, facts=facts)).content


@pytest.mark.parametrize("algorithm", KEYS)
@pytest.mark.parametrize("name", ["Ann", "Zoë 👩‍👩‍👧", "محمد", "A" * 200, '"Q" = <b>'])
def test_a_letter_verifies(algorithm: str, name: str) -> None:
    assert is_signed(signed(assembled(name), [signer(algorithm)]), RECORDS)


@pytest.mark.parametrize(
    "rest",
    [
        b"\r\n",
        b"\r\nBody",
        b"\r\nBody \t \r\n\r\n \r\n\r\n",
        b"\r\n\r\n\r\n",
        b"\r\na\t b  c \r\n \td\r\n",
        b"X: 1\r\nList-Unsubscribe:\t<https://shop.example/u>\r\n\r\nBody\r\n",
        b"Message-ID:\r\n <m1@shop.example>\r\n\r\nBody\r\n",
        b"Content-Type: text/plain;\r\n\tcharset=utf-8\r\n\r\nZo\xc3\xab\r\n",
        b"Reply-To: care@acorn.example\r\n\r\n" + b"long " * 30_000 + b"\r\n.\r\n",
    ],
    ids=["no body", "no end", "empty lines", "only lines", "spaces", "tab", "folded", "8 bit", "150 kB"],
)
def test_mail_of_any_form_verifies(rest: bytes) -> None:
    assert is_signed(signed(HEAD + rest, [signer("ed25519-sha256")]), RECORDS)


_WORDS = st.text(st.sampled_from("ab ="), max_size=12) | st.sampled_from(
    [" ", "\t ", "\r\n", "\r\n\r\n", "é"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_WORDS, max_size=20), st.lists(st.sampled_from(["a", "  b", "\t", "\r\n c", " ="]), max_size=6)
)
def test_whatever_spaces_and_lines_a_mail_has_it_verifies(body: list[str], subject: list[str]) -> None:
    head = HEAD.replace(b"Hello", b"x" + "".join(subject).encode() + b"x")
    content = signed(head + b"\r\n" + "".join(body).encode(), [signer("ed25519-sha256")])
    arrived = (
        content if content.endswith(b"\r\n") else content + b"\r\n"
    )  # the dot stands on a line of its own
    assert is_signed(arrived, RECORDS)


COVERED = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "reply-to",
}


def test_all_that_the_reader_and_the_mailbox_go_by_is_covered() -> None:
    said = tags(signed(assembled(), [signer("rsa-sha256")]))
    assert set(said["h"].split(":")) == COVERED
    assert (said["a"], said["c"], said["d"], said["s"]) == (
        "rsa-sha256",
        "relaxed/relaxed",
        DOMAIN,
        "rsa-sha256",
    )
    assert "t" not in said  # a copy has the bytes of the first


def test_what_is_owed_has_no_unsubscribe_to_cover() -> None:
    content = signed(assembled(topic=None), [signer("rsa-sha256")])
    assert is_signed(content, RECORDS)
    assert set(tags(content)["h"].split(":")) == COVERED - {"list-unsubscribe", "list-unsubscribe-post"}


@pytest.mark.parametrize("field", sorted(COVERED))
def test_a_changed_field_breaks_the_signature(field: str) -> None:
    content = signed(assembled(), [signer("ed25519-sha256")])
    lines = content.split(b"\r\n")
    at = next(number for number, line in enumerate(lines) if line.lower().startswith(field.encode() + b":"))
    lines[at] = lines[at] + b"x"
    assert not is_signed(b"\r\n".join(lines), RECORDS)


def test_a_changed_body_and_a_second_from_break_the_signature() -> None:
    content = signed(HEAD + b"\r\nBody\r\n", [signer("ed25519-sha256")])
    assert is_signed(content, RECORDS)
    assert not is_signed(content.replace(b"Body", b"Buddy"), RECORDS)
    assert not is_signed(b"From: Eve <eve@other.example>\r\n" + content, RECORDS)


def test_two_keys_sign_beside_each_other() -> None:
    content = signed(assembled(), [signer("rsa-sha256"), signer("ed25519-sha256")])
    assert is_signed(content, RECORDS, 0)
    assert is_signed(content, RECORDS, 1)


@pytest.mark.parametrize("algorithm", KEYS)
def test_the_same_mail_and_key_give_the_same_bytes(algorithm: str) -> None:
    assert signed(assembled(), [signer(algorithm)]) == signed(assembled(), [signer(algorithm)])


def test_no_line_of_the_signature_is_long() -> None:
    head = signed(assembled(), [signer("rsa-sha256")]).split(b"\r\nFrom:")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        (b"Acorn & Oak <hello@Mail.Acorn.example>", "mail.acorn.example"),
        (b"<hello@acorn.example>", "acorn.example"),
        (b"hello@acorn.example", "acorn.example"),
        (b'"a@b.example" <hello@acorn.example>', "acorn.example"),
        (b"=?utf-8?b?Wm/Dqw==?=\r\n <hello@acorn.example>", "acorn.example"),
        (b"nobody", ""),
    ],
)
def test_the_domain_is_that_of_the_address(sender: bytes, domain: str) -> None:
    assert (
        sender_domain(b"To: x@other.example\r\nFrom: " + sender + b"\r\n\r\nFrom: y@body.example") == domain
    )
