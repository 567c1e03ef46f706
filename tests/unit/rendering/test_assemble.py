"""The finished mail: headers, parts, encoding; and the last look that refuses what was not meant."""

from __future__ import annotations

import email
import quopri
from collections import Counter
from dataclasses import replace
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penfriend.delivery.envelope import dot_stuffed, refusal
from penfriend.domain.campaign import Campaign, EventTrigger, Send
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.errors import RenderFailed
from penfriend.domain.tokens import Claim, Purpose
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.quoted import quoted_part, quoted_parts, quoted_printable
from penfriend.rendering.tidying import quoted_tidy, tidy
from penfriend.rendering.tokens import read
from penfriend.rendering.verify import TRANSACTIONAL, verify
from tests.unit.rendering.letters import DEFINITIONS, KEY, letter, renderer, text_letter

MJML = text_letter("Dear {{ contact.first_name }}", "---\nsubject: Hello {{ contact.first_name }}\n---\n")


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_with_a_topic_has_the_list_headers() -> None:
    mail = renderer(MJML).render(letter())
    message = parsed(mail.content)
    assert message["List-Id"] == "Offers <offers.mail.acorn.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = message["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://acorn.example/u/")
    assert read(url.rpartition("/")[2], Purpose.UNSUBSCRIBE, KEY) == Claim(Purpose.UNSUBSCRIBE, 3, 7)


def test_a_copy_is_signed_by_the_key_that_signed_the_first() -> None:
    made = renderer(MJML)
    first = made.render(letter())
    turned = TemplateRenderer(
        {"welcome/hello.mjml": MJML}, made.definitions, (b"another key of sixteen", KEY), 1
    )
    assert turned.render(letter()).content != first.content
    assert turned.render(replace(letter(), digest=first.digest)).content == first.content


def test_list_unsubscribe_stands_on_one_line() -> None:
    content = renderer(MJML).render(letter()).content
    lines = content.split(b"\r\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"List-Unsubscribe:"))
    assert lines[at].endswith(b">")
    assert lines[at + 1].startswith(b"List-Unsubscribe-Post:")


def test_header_lines_are_no_longer_than_78_but_for_addresses_that_must_not_be_folded() -> None:
    content = renderer(MJML).render(letter(to_name="Ann-Sophie " * 20)).content
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line for line in head if len(line) > 78 and not line.startswith(b"List-Unsubscribe:")] == []


def test_a_transactional_mail_has_no_list_headers() -> None:
    message = parsed(renderer(MJML).render(letter(topic=None)).content)
    assert [name for name in message if name.startswith("List-")] == []


def test_a_mail_has_the_headers_of_rfc_5322_and_3834() -> None:
    mail = renderer(MJML).render(letter())
    message = parsed(mail.content)
    assert message["From"] == "Acorn & Oak <hello@mail.acorn.example>"
    assert message["Reply-To"] == "care@acorn.example"
    assert message["To"] == "Ann <ann@shop.example>"
    assert message["Date"] == "Mon, 02 Mar 2026 10:00:00 +0000"
    assert message["Message-ID"] == "<m7@mail.acorn.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (mail.envelope_from, mail.envelope_to) == ("hello@mail.acorn.example", "ann@shop.example")


def test_text_comes_first_and_html_second_both_quoted_printable() -> None:
    message = parsed(renderer(MJML).render(letter()).content)
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    assert "Dear Ann" in parts[0].get_content()
    assert "Dear Ann</div>" in parts[1].get_content()


def test_the_same_letter_makes_the_same_bytes() -> None:
    assert renderer(MJML).render(letter()).content == renderer(MJML).render(letter()).content


@pytest.mark.parametrize(
    "name",
    [
        "Ann\r\nBcc: eve@evil.example",
        "=?utf-8?q?a=0D=0ABcc=3A_x=40y.example?=",
        "A\x00B",
        "\u2028",
        "x" * 900,
    ],
)
def test_no_name_adds_a_header(name: str) -> None:
    usual = Counter(parsed(renderer(MJML).render(letter()).content).keys())
    mail = renderer(MJML).render(letter(to_name=name, facts={"contact": {"first_name": name}}))
    assert Counter(parsed(mail.content).keys()) == usual


def test_an_address_with_a_line_end_is_refused() -> None:
    with pytest.raises(RenderFailed, match="no mail address"):
        renderer(MJML).render(letter(to="ann@shop.example\r\nBcc: eve@evil.example"))


def test_a_message_id_with_a_line_end_is_refused() -> None:
    with pytest.raises(RenderFailed, match="Message-ID"):
        renderer(MJML).render(letter(message_id="<a@b>\r\nBcc: eve@evil.example"))


def test_a_brand_without_an_address_sends_nothing() -> None:
    with pytest.raises(RenderFailed, match=r"brand\.from"):
        renderer(MJML, definitions=Definitions(brand=Brand(sender="Nobody"))).render(letter())


def test_a_local_part_outside_ascii_is_marked_for_smtputf8() -> None:
    mail = renderer(MJML).render(letter(to="zoë@bücher.example"))
    assert mail.needs_smtputf8
    assert mail.envelope_to == "zoë@xn--bcher-kva.example"
    assert not renderer(MJML).render(letter(to="ann@bücher.example")).needs_smtputf8


@given(st.text(alphabet=".a=\r\n é", max_size=90), st.text(alphabet=".a\r\n", max_size=9))
def test_what_is_called_sound_no_carrier_needs_to_look_at(text: str, name: str) -> None:
    made = renderer(MJML).render(letter(to_name=name, facts={"contact": {"first_name": f"x{text}"}}))
    looked_at = replace(made, sound=False)
    assert made.sound
    assert refusal(looked_at) is None
    assert dot_stuffed(looked_at) == dot_stuffed(made)


@given(st.text(max_size=400))
def test_quoted_printable_reads_again_as_it_was_written(text: str) -> None:
    encoded = quoted_printable(text)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    assert quopri.decodestring(encoded) == wanted


@pytest.mark.parametrize("before", range(70, 82))
@pytest.mark.parametrize("text", ["=", "é", "❤️", ".", "..", " ", "\t", "=.", ".é"])
def test_quoted_printable_breaks_no_line_inside_an_encoded_byte(before: int, text: str) -> None:
    whole = "x" * before + text + "y" * 90
    assert quopri.decodestring(quoted_printable(whole)) == whole.encode()


@given(st.text(alphabet=".a=\n é", max_size=400))
def test_quoted_printable_lines_are_short_and_begin_with_no_dot(text: str) -> None:
    encoded = quoted_printable(text)
    assert encoded.isascii()
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert not line.endswith((b" ", b"\t"))
    assert b"\n" not in encoded.replace(b"\r\n", b"")


LINES = st.text(alphabet=".a= é\t", max_size=90) | st.sampled_from(["", "", "   ", ".", "x" * 76, "\r", "\0"])


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_a_text_is_the_same_from_lines_that_are_known(text: str) -> None:
    assert quoted_tidy(text) == quoted_tidy(text) == quoted_printable(tidy(text))


PARTS = st.text(alphabet=".a=\n \té❤", max_size=12).map(lambda text: text * 30) | st.text(max_size=90)


@given(st.lists(PARTS.filter(lambda text: "\r" not in text)), st.integers(1, 4))
def test_parts_are_encoded_as_the_whole_would_be(parts: list[str], each: int) -> None:
    encoded = quoted_parts(parts, {part: quoted_part(part) for part in parts[::each]})
    assert quopri.decodestring(encoded) == quopri.decodestring(quoted_printable("".join(parts)))
    for line in encoded.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith(b".")
        assert not line.endswith((b" ", b"\t"))
    assert b"\n" not in encoded.replace(b"\r\n", b"")


GOOD = (
    b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Hi\r\nDate: x\r\nMessage-ID: "
    b"<a@b>\r\nAuto-Submitted: auto-generated\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; "
    b'boundary="B"\r\n\r\n--B\r\n\r\none\r\n--B\r\n\r\ntwo\r\n--B--\r\n'
)


def look(content: bytes, subject: str = "Hi") -> None:
    verify(content, TRANSACTIONAL, False, b"B", subject, needs_smtputf8=False)


@pytest.mark.parametrize("line", [b"no field", b": x", b"a b: x", b" ", b"\t"])
def test_a_line_that_is_no_field_is_refused(line: bytes) -> None:
    with pytest.raises(RenderFailed, match="a line among its headers that is none"):
        look(GOOD.replace(b"Subject: Hi", b"Subject: Hi\r\n" + line))


def test_a_sound_mail_passes_the_last_look() -> None:
    look(GOOD)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GOOD.replace(b"To:", b"Bcc: e@f.example\r\nTo:"), "bcc"),
        (GOOD.replace(b"Subject: Hi\r\n", b"Subject: Hi\r\nSubject: Ho\r\n"), "subject"),
        (GOOD.replace(b"Date: x\r\n", b""), "date"),
        (GOOD.replace(b"one", b"o\nne"), "bare line end"),
        (GOOD.replace(b"Hi", b"H\x00i"), "NUL"),
        (GOOD.replace(b"one", "ö".encode()), "ASCII"),
        (GOOD.replace(b"one", b"x" * 999), "998"),
        (GOOD.replace(b"one", b"one\r\n--B\r\n\r\nthree"), "two parts"),
        (GOOD.replace(b"Subject: Hi", b"Subject: Ho"), "does not read"),
        (GOOD.replace(b"To: c@d.example", b"To: =?utf-8?q?a=0D=0AB?= <c@d.example>"), "control character"),
        (GOOD.replace(b"Date: x\r\n", b"Date: x\r\n\r\n"), "not meant"),
    ],
)
def test_a_mail_that_is_not_as_meant_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(RenderFailed, match=reason):
        look(content)


def test_a_campaign_of_a_further_brand_is_signed_by_it() -> None:
    oaklings = Brand(
        "Oaklings", "Oaklings <hello@oaklings.example>", None, "1 Nut Lane", "https://oak.example"
    )
    campaign = Campaign(
        name="welcome",
        trigger=EventTrigger("order_placed"),
        topic="offers",
        steps=(Send(id="welcome/hello", template="welcome/hello"),),
        brand="oaklings",
    )
    definitions = replace(DEFINITIONS, brands={"oaklings": oaklings}, campaigns={"welcome": campaign})
    mjml = text_letter("{{ brand.name }}, {{ brand.address }}: {{ links.unsubscribe }}")
    message = parsed(
        TemplateRenderer({"welcome/hello.mjml": mjml}, definitions, KEY, 1).render(letter()).content
    )
    body = message.get_body(("plain",))
    assert message["From"] == "Oaklings <hello@oaklings.example>"
    assert body is not None
    assert "Oaklings, 1 Nut Lane: https://oak.example/" in body.get_content()
