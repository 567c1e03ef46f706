"""The HTML of a letter as a Jinja source: compiled from MJML once, or, where that cannot be, the MJML itself,
to be compiled for each message."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.rendering import tokens_in_mjml as mj
from penfriend.rendering.fetched import warn_of_strangers
from penfriend.rendering.findings import Problems
from penfriend.rendering.marked import JinjaSource, Marked
from penfriend.rendering.mjml_tree import Bare, Document, Node

_SLOW = "so the letter is compiled for each mail, which takes two to three times as long."


@dataclass(frozen=True, slots=True)
class Fallback:
    """What a template needs that runs mrml for each message: its tokens, and why it does."""

    stem: str
    token: re.Pattern[str]
    reasons: tuple[str, ...]


def write_html(
    source: JinjaSource, skeleton: mj.Skeleton, marked: Marked, document: Document, problems: Problems
) -> Fallback | None:
    """Adds the HTML to the source. Returns how it is compiled for each message, where it has to be."""
    html, fault = _try_mrml(skeleton.write())
    warn_of_strangers(skeleton.root, marked, html, problems)
    found = mj.counts(skeleton, html)
    add_bare(marked, source, [*document.before, *skeleton.hoisted])
    fallback = None
    if not fault and not mj.needs_fallback(skeleton, found):
        mj.put_back(skeleton, marked, html, source)
    else:
        reasons = tuple(text for _, text in skeleton.reasons)
        _tell_why(skeleton, marked, found if html else Counter(), problems)
        stem = f"{marked.stem}kept"
        told = tuple(dict.fromkeys(reasons)) or (fault or "mrml loses or doubles a tag",)
        fallback = Fallback(stem, re.compile(rf"{stem}(\d{{6}})z"), told)
        _put_for_each_message(skeleton, marked, source, problems)
    add_bare(marked, source, document.behind)
    return fallback


def _tell_why(skeleton: mj.Skeleton, marked: Marked, found: Counter[int], problems: Problems) -> None:
    """Names each tag for which MJML cannot be compiled once, at its line."""
    for at, text in skeleton.reasons:
        problems.find("compiled-for-each-mail", marked.place(at), f"{text}, {_SLOW}")
    for number, held in enumerate(skeleton.held if found else ()):
        tags = marked.token.findall(marked.text[held.start : held.end])
        if not tags or (held.slot is mj.Slot.CONTENT and found[number]):
            continue
        tag = marked.piece(f"{marked.stem}{tags[0]}z")
        what = f"{tag.text} in {held.name}" if held.slot is mj.Slot.VALUE else tag.text
        if found[number] == 0:
            text = f"MJML wants a number or a word here and loses {what}"
        elif found[number] > 1 and held.slot is mj.Slot.BARE:
            text = f"MJML writes {what} {found[number]} times"
        else:
            continue
        problems.find("compiled-for-each-mail", tag.place, f"{' '.join(text.split())}, {_SLOW}")


def add_bare(marked: Marked, source: JinjaSource, bare: Sequence[Bare]) -> None:
    """Adds tags that stand between elements."""
    for one in bare:
        source.add_parts(marked.parts(marked.text[one.start : one.end]))


def complete_head(root: Node, preview: tuple[int, int], title: tuple[int, int]) -> None:
    """Puts the head's preview into the MJML, and the subject as its title where it has none."""
    head = next((child for child in root.elements if child.name == "mj-head"), None)
    if head is None:
        head = Node("mj-head", root.at)
        root.children.insert(0, head)
    held = {child.name: child for child in head.elements}
    if "mj-title" not in held:
        head.children.append(Node("mj-title", root.at, content=title))
    if preview[0] < preview[1]:
        if "mj-preview" in held:
            held["mj-preview"].content = preview
        else:
            head.children.append(Node("mj-preview", root.at, content=preview))


def _try_mrml(text: str) -> tuple[str, str]:
    """The HTML, and what went wrong."""
    try:
        return mj.mrml(text), ""
    except ValueError as error:
        return "", str(error)


def _put_for_each_message(
    skeleton: mj.Skeleton, marked: Marked, source: JinjaSource, problems: Problems
) -> None:
    """Writes the MJML as Jinja source: what decides about the structure runs before mrml, all other values go
    past it."""
    html, fault = _try_mrml(skeleton.write(bare=lambda _: ""))
    if fault:
        text = f"mrml cannot compile this MJML: {fault}."
        problems.error(marked.place(skeleton.root.at), text, "mjml-syntax")
        return
    found = mj.counts(skeleton, html)
    text = skeleton.write(bare=lambda tag: tag)
    at = 0
    for token in skeleton.token.finditer(text):
        source.add_parts(marked.parts(text[at : token.start()]))
        at = token.end()
        number = int(token.group(2))
        held = skeleton.held[number]
        if found[number]:
            source.add_code("{% filter _keep %}")
            mj.put_held(skeleton, held, marked, source)
            source.add_code("{% endfilter %}")
        elif held.slot is mj.Slot.VALUE:
            source.add_parts(marked.parts(marked.text[held.start : held.end]), "_plain")
        else:
            lost = f"mrml does not show the content of this <{held.name}>."
            problems.error(marked.place(held.start), lost, "lost-content")
    source.add_parts(marked.parts(text[at:]))
