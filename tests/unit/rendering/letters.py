"""A small shop's templates, and letters to try them with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from penfriend.domain.campaign import Campaign, EventTrigger, Kind, Send
from penfriend.domain.definitions import Brand, Definitions, Survey, Topic
from penfriend.domain.errors import RenderFailed
from penfriend.domain.letter import Letter
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Moment
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.tidying import tidy

KEY = b"0123456789abcdef0123456789abcdef"

BRAND = Brand(
    name="Acorn & Oak",
    sender="Acorn & Oak <hello@mail.acorn.example>",
    reply_to="care@acorn.example",
    address="12 Mill Lane, Bristol",
    public_url="https://acorn.example",
    currency="GBP",
)
DEFINITIONS = Definitions(
    brand=BRAND,
    topics={"offers": Topic("offers", {"en": "Offers", "tr": "Fırsatlar"})},
    surveys={"after": Survey("after", "nps", {"en": "How likely?", "tr": "Ne kadar?"})},
)

OF_THE_FRAME = frozenset({"missing-preview", "missing-unsubscribe", "missing-address", "text-in-images"})
HEAD = "---\nsubject: Hello\n---\n"


def text_letter(content: str, head: str = HEAD) -> str:
    """A letter of one mj-text."""
    return column_letter(f"<mj-text>{content}</mj-text>", head)


def column_letter(elements: str, head: str = HEAD) -> str:
    """A letter of one column."""
    return f"{head}<mjml><mj-body><mj-section><mj-column>{elements}</mj-column></mj-section></mj-body></mjml>"


class Changes(TypedDict, total=False):
    """What of a letter a test says itself."""

    to: str
    to_name: str
    locale: str
    template: str
    topic: str | None
    subject: str | None
    survey: str | None
    message_id: str
    facts: Mapping[str, object]


def letter(**changes: Unpack[Changes]) -> Letter:
    """A letter to Ann, `welcome/hello`."""
    plain = Letter(
        message=7,
        message_id="<m7@mail.acorn.example>",
        contact=3,
        to="ann@shop.example",
        to_name="Ann",
        locale="en",
        timezone="Europe/London",
        date=Moment(1_772_445_600_000_000),
        campaign="welcome",
        step="welcome/hello",
        template="welcome/hello",
        topic="offers",
        facts={"contact": {"first_name": "Ann", "attributes": {}}},
    )
    return replace(plain, **changes)


def renderer(
    mjml: str | None = None,
    files: Mapping[str, str] | None = None,
    *,
    definitions: Definitions = DEFINITIONS,
    step: Send | None = None,
) -> TemplateRenderer:
    """Knows `mjml` as welcome/hello, and one campaign that sends it."""
    known = dict(files or {})
    if mjml is not None:
        known["welcome/hello.mjml"] = mjml
    campaign = Campaign(
        name="welcome",
        trigger=EventTrigger("order_placed"),
        kind=Kind.MARKETING,
        topic="offers",
        steps=(step or Send(id="welcome/hello", template="welcome/hello"),),
    )
    return TemplateRenderer(known, replace(definitions, campaigns={"welcome": campaign}), KEY, 1)


def filled(
    mjml: str, files: Mapping[str, str] | None = None, **changes: Unpack[Changes]
) -> tuple[str, str, str]:
    """Subject, HTML and text of one letter. It is filled as it is compiled at first, and as it is compiled
    for its brand and language: nobody must see which, in an error neither."""
    return filled_both_ways(renderer(mjml, files), letter(**changes))


def filled_both_ways(shop: TemplateRenderer, one: Letter) -> tuple[str, str, str]:
    """The same for a letter of this shop."""
    plain, quick = (_outcome(way, shop, one) for way in WAYS)
    assert quick == plain
    if isinstance(plain, str):
        raise RenderFailed(plain)
    return plain


def filled_quickly(shop: TemplateRenderer, one: Letter) -> tuple[str, str, str]:
    """Subject, HTML and text as they stand in a mail."""
    speech = shop.speeches.choose(one.template, one.locale)
    special = shop._special_letter(one, speech).letter
    links, tracker = shop._links(one, shop._keys), shop._tracker(one, shop._keys)
    subject, html, text = shop._fill(one, speech, links, special, tracker)
    return subject, "".join(html), tidy(text)


Way = Callable[[TemplateRenderer, Letter], tuple[str, str, str]]
WAYS: tuple[Way, ...] = (TemplateRenderer.fill, filled_quickly)


def _outcome(way: Way, shop: TemplateRenderer, one: Letter) -> tuple[str, str, str] | str:
    try:
        return way(shop, one)
    except RenderFailed as error:
        return str(error)


def problems(mjml: str | None, files: Mapping[str, str] | None = None, **kwargs: Send) -> list[str]:
    """What `check` finds, as it is printed, without its code; of every letter's frame (preview, footer)
    nothing, so that a test's letter can be one line."""
    return told(findings(mjml, files, step=kwargs.get("step")))


def told(found: Iterable[Problem]) -> list[str]:
    """Problems without their codes, and none of a letter's frame."""
    return [str(replace(problem, code="")) for problem in found if problem.code not in OF_THE_FRAME]


def findings(
    mjml: str | None, files: Mapping[str, str] | None = None, *, step: Send | None = None
) -> tuple[Problem, ...]:
    """All that `check` finds."""
    return renderer(mjml, files, step=step).check()
