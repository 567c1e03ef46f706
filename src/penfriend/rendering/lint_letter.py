"""What is wrong with a finished letter as a whole: its subject, preview, length, and what law wants in its
footer."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from jinja2 import nodes

from penfriend.domain.problems import Place, quote
from penfriend.rendering.compiler import CompiledLetter
from penfriend.rendering.findings import Problems
from penfriend.rendering.parsed import every_node

LONGEST_SUBJECT = 78
"""Characters; the length of a line that RFC 5322 (2.1.1) recommends."""
LONGEST_PREVIEW = 150
CLIPPED = 102_000
"""Bytes of HTML after which Gmail shows no more."""
_NEARLY = CLIPPED * 9 // 10
_REPLIES = (
    "re|aw|antw|sv|vs|odp|ynt|rif|ref|res|ατ|απ|отв|ha|رد",
    "fw|fwd|wg|vb|vl|pd|podaj dalej|ilt|tr|i|rv|enc|doorst|πρθ|пер|إعادة توجيه|تحويل",
)
"""Prefixes by which mail programs mark answers and forwarded mails, by language: English, German, Dutch,
Nordic, Polish, Turkish, Romance, Greek, Russian, Arabic."""
_FAKED = re.compile(rf"\s*(?:{'|'.join(_REPLIES)})\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_PREVIEW = re.compile(r'<div style="display:none;font-size:1px;[^"]*">(.*?)</div>', re.DOTALL)
_PLAIN_HTTP = re.compile(r"\s*http://\w", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"\s*(?!(?:https?|mailto|tel|sms):|#.)\S", re.IGNORECASE)
"""An address that leads nowhere from a mail. What leads to a place in the letter is none."""
_BARE = re.compile(r"\s*www\.[\w.-]+(?:/\S*)?\s*", re.IGNORECASE)
_GAPS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Finished:
    """A letter made for a made-up person of whom all is known."""

    compiled: CompiledLetter
    subject: str
    html: str
    subject_place: Place
    """Where the subject is written."""
    is_marketing: bool
    address: str | None
    """The brand's postal address."""

    @property
    def place(self) -> Place:
        """The letter as a whole."""
        return Place(self.compiled.file)


def lint_letter(letter: Finished, problems: Problems) -> None:
    """Adds what is found to the problems."""
    _look_at_subject(letter, problems)
    _look_at_preview(letter, problems)
    _look_at_length(letter, problems)
    _look_at_values(letter, problems)
    if letter.is_marketing:
        _look_at_footer(letter, problems)


def _look_at_subject(letter: Finished, problems: Problems) -> None:
    length = len(letter.subject)
    if length > LONGEST_SUBJECT:
        shown = quote(letter.subject)
        text = f"the subject {shown} has {length} characters; more than {LONGEST_SUBJECT} are cut."
        problems.find("long-subject", letter.subject_place, text)
    found = _FAKED.match(letter.subject)
    if found:
        shown = quote(found[0].strip())
        text = f"the subject begins with {shown} like an answer or a forwarded mail, which it is not."
        problems.find("faked-reply", letter.subject_place, text)


def _look_at_preview(letter: Finished, problems: Problems) -> None:
    found = _PREVIEW.search(letter.html)
    text = _GAPS.sub(" ", html.unescape(found[1])).strip() if found else ""
    place = letter.compiled.head.get("preview", letter.place)
    if not text:
        said = "there is no preview; mail programs show the first words of the letter instead."
        problems.find("missing-preview", place, said)
    elif len(text) > LONGEST_PREVIEW:
        said = f"the preview has {len(text)} characters; no program shows more than {LONGEST_PREVIEW}."
        problems.find("long-preview", place, said)


def _look_at_length(letter: Finished, problems: Problems) -> None:
    size = len(letter.html.encode(errors="surrogatepass"))
    if size > CLIPPED:
        text = f"the HTML has {size} bytes; Gmail shows no more than {CLIPPED}."
        problems.find("html-clipped", letter.place, text)
    elif size > _NEARLY:
        text = f"the HTML has {size} bytes with short made-up values; Gmail shows no more than {CLIPPED}."
        problems.find("html-long", letter.place, text)


def _look_at_values(letter: Finished, problems: Problems) -> None:
    """Addresses that a tag holds: `{% set button_url = "http://..." %}`."""
    outline = letter.compiled.html.outline
    for node in every_node(outline.tree):
        if isinstance(node, nodes.Const) and isinstance(node.value, str) and _PLAIN_HTTP.match(node.value):
            text = f"the address {quote(node.value)} is not encrypted; write https://."
            problems.find("insecure-link", outline.place(node.lineno), text)
        nowhere = _leads_nowhere(node)
        if nowhere is not None:
            shown = quote(nowhere)
            text = f"the address {shown} leads nowhere from a mail; it begins with https, mailto or tel."
            problems.find("placeholder-link", outline.place(node.lineno), text)


def _leads_nowhere(node: nodes.Node) -> str | None:
    """The address in `{% set button_url = "shop.example" %}`, or one under another name that begins with
    www."""
    match node:
        case nodes.Assign(target=nodes.Name(name=name), node=nodes.Const(value=str() as text)):
            is_address = name.endswith("url") and _WITHOUT_SCHEME.match(text) is not None
            return text if is_address or _BARE.fullmatch(text) is not None else None
        case _:
            return None


def _look_at_footer(letter: Finished, problems: Problems) -> None:
    read = set(map(_path, every_node(letter.compiled.html.outline.tree)))
    if read.isdisjoint({("links", "unsubscribe"), ("links", "preferences")}):
        text = "no link to unsubscribe is shown; put {{ links.unsubscribe }} into the letter."
        problems.find("missing-unsubscribe", letter.place, text)
    if letter.address is None:
        text = "brand.address is not set, so the letter does not show the postal address of its sender."
        problems.find("missing-address", letter.place, text)
    elif ("brand", "address") not in read and not _holds(letter.html, letter.address):
        text = "the sender's postal address is not shown; put {{ brand.address }} into the letter."
        problems.find("missing-address", letter.place, text)


def _path(node: nodes.Node) -> tuple[str, str]:
    """`links.unsubscribe`, also in brackets, as a pair; empty where it is something else."""
    match node:
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr):
            return name, attr
        case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str() as key)):
            return name, key
        case _:
            return "", ""


def _holds(source: str, address: str) -> bool:
    plain = html.unescape(re.sub(r"<[^>]*>", " ", source))
    return _GAPS.sub("", address).casefold() in _GAPS.sub("", plain).casefold()
