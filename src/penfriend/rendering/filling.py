"""Fills the parts of a compiled letter, and says where that fails."""

from __future__ import annotations

from itertools import islice

from jinja2 import Template

from penfriend.domain.definitions import Brand
from penfriend.domain.errors import RenderFailed
from penfriend.domain.problems import Place
from penfriend.rendering.compiler import CompiledLetter, Part
from penfriend.rendering.environment import TEMPLATE_FAULTS
from penfriend.rendering.fault_words import in_words
from penfriend.rendering.findings import LetterFailed, TemplateBroken
from penfriend.rendering.limits import MAX_OUTPUT, LimitReached
from penfriend.rendering.speech import Speech
from penfriend.rendering.themes import theme_names
from penfriend.rendering.tokens_in_mjml import mrml, with_roles

CAMPAIGNS = Place("campaigns.yaml")
"""Where a step's own subject stands."""


def of_brand(brand: Brand) -> dict[str, object]:
    """What templates know as `brand` and `theme`."""
    return {"brand": _brand_names(brand), "theme": theme_names(brand)}


def _brand_names(brand: Brand) -> dict[str, object]:
    return {
        "name": brand.name,
        "from": brand.sender,
        "reply_to": brand.reply_to,
        "address": brand.address,
        "public_url": brand.public_url,
        "locale": brand.locale,
        "timezone": brand.timezone,
        "currency": brand.currency,
    }


def compiled_letter(speech: Speech, template: str) -> CompiledLetter:
    """The letter. Raises RenderFailed with the first problem."""
    try:
        return speech.compile(template)
    except TemplateBroken as broken:
        raise _failed(broken) from None


def subject_part(speech: Speech, subject: str) -> Part:
    """A step's own subject. Raises RenderFailed."""
    try:
        return speech.subject(subject, CAMPAIGNS)
    except TemplateBroken as broken:
        raise _failed(broken) from None


def _failed(broken: TemplateBroken) -> RenderFailed:
    first = next(problem for problem in broken.problems if problem.level == "error")
    return LetterFailed(first.place, first.text)


_AT_ONCE = 32
"""So many parts are made before their length is looked at; what is large was counted when it was made."""


def fill(template: Template, variables: dict[str, object], limit: int) -> list[str]:
    """The template filled, at most `limit` characters, in parts. Raises what went wrong as it was."""
    made = template.root_render_func(template.new_context(variables))
    parts: list[str] = []
    room = limit
    while some := list(islice(made, _AT_ONCE)):
        room -= sum(map(len, some))
        if room < 0:
            raise LimitReached(f"it is longer than {limit} characters.")
        parts += some
    return parts


def line_of(error: BaseException) -> int | None:
    """The line of the template on which an error came up while it was filled."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def filled(part: Part, names: dict[str, object], limit: int) -> list[str]:
    """One part of a letter, in pieces. Raises RenderFailed with the place."""
    if part.constant is not None and len(part.constant) <= limit:
        return [part.constant]
    try:
        return fill(part.template, names, limit)
    except TEMPLATE_FAULTS as error:
        text = in_words(" ".join(str(error).split())) or type(error).__name__
        if isinstance(error, RecursionError):
            text = "this calls itself without end."
        raise LetterFailed(part.outline.place(line_of(error)), text) from None


def html_of(compiled: CompiledLetter, names: dict[str, object]) -> list[str]:
    """The HTML of a letter, in pieces; MJML that depends on the data is compiled now. Raises RenderFailed."""
    if compiled.fallback is None:
        return filled(compiled.html, names, MAX_OUTPUT)
    kept: list[str] = []
    parts = filled(compiled.html, {**names, "_kept": kept, "_stem": compiled.fallback.stem}, MAX_OUTPUT)
    try:
        html = mrml("".join(parts))
    except ValueError as error:
        place = Place(compiled.html.outline.file)
        raise LetterFailed(place, f"mrml cannot compile this MJML with these values: {error}.") from None
    html = with_roles(html, compiled.fallback.stem, kept.__getitem__)
    html = compiled.fallback.token.sub(lambda found: kept[int(found.group(1))], html)
    if len(html) > MAX_OUTPUT:
        raise LetterFailed(Place(compiled.html.outline.file), f"it is longer than {MAX_OUTPUT} characters.")
    return [html]
