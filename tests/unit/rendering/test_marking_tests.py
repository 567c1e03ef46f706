"""A mail marked as a test: its subject and one header, and nothing else of it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from penfriend.rendering import TemplateRenderer
from penfriend.rendering.marking_tests import marked_as_test
from tests.unit.rendering.letters import DEFINITIONS, KEY, letter, text_letter


@pytest.mark.parametrize(
    "subject",
    ["Hello", "Zażółć gęślą jaźń, " * 6 + "koniec", "a" * 200, " ".join(["word"] * 40), "Subject: Date: x"],
)
def test_subject_begins_with_the_mark_and_the_rest_is_as_it_was(subject: str) -> None:
    renderer = TemplateRenderer({"welcome/hello.mjml": text_letter("Hello")}, DEFINITIONS, KEY, 1)
    email = renderer.render(letter(subject=subject))
    marked = marked_as_test(email)
    before, after = (message_from_bytes(one.content, policy=default) for one in (email, marked))
    assert isinstance(after, EmailMessage)
    assert after["Subject"] == f"[test] {subject}" == marked.subject
    assert after.get_all("X-Penfriend-Test") == ["yes"]
    others = {name: value for name, value in after.items() if name not in ("Subject", "X-Penfriend-Test")}
    assert others == {name: value for name, value in before.items() if name != "Subject"}
    assert marked.content.partition(b"\r\n\r\n")[2] == email.content.partition(b"\r\n\r\n")[2]
    assert max(map(len, marked.content.split(b"\r\n"))) <= 998
