"""A marketing letter in which nothing is found, to put one thing into that is."""

from __future__ import annotations

from dataclasses import dataclass

from penfriend.domain.problems import Problem
from tests.unit.rendering.letters import findings

HERE = "templates/welcome/hello.mjml"
FOOTER = (
    '<mj-text><a href="{{ links.unsubscribe }}" style="color:#000000">Leave</a> {{ brand.address }}</mj-text>'
)
WORDS = "<mj-text>We have put aside for you what you looked at, until the end of the week.</mj-text>"


@dataclass(frozen=True)
class Written:
    """The parts of a letter; `elements` begin at 5:39 where the head is the usual one."""

    elements: str = ""
    subject: str = "Hello"
    preview: str | None = "preview: Three things to begin with\n"
    head: str = ""
    style: str = ""
    words: str = WORDS
    footer: str = FOOTER

    @property
    def text(self) -> str:
        """The whole file."""
        head = f"<mj-head><mj-style>{self.style}</mj-style></mj-head>" if self.style else ""
        return (
            f"---\nsubject: {self.subject}\n{self.preview or ''}{self.head}---\n<mjml>{head}<mj-body>"
            f"<mj-section><mj-column>{self.elements}\n{self.words}\n{self.footer}</mj-column></mj-section></mj-body></mjml>"
        )


def found_in(letter: Written, files: dict[str, str] | None = None) -> list[Problem]:
    """All that is found."""
    return list(findings(letter.text, files))


def places(letter: Written, code: str) -> list[str]:
    """`line:column` of each finding of a code."""
    return [
        f"{one.place.line}:{one.place.column}"
        for one in found_in(letter)
        if one.code == code and one.place.file == HERE
    ]
