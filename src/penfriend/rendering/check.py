"""Everything that can be known of a revision's letters before anybody gets one: compiled, names looked up,
tried with made-up facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING

from babel import Locale

from penfriend.domain.campaign import Campaign, Send
from penfriend.domain.letter import Letter
from penfriend.domain.problems import Place, Problem
from penfriend.domain.timing import Moment, from_datetime
from penfriend.domain.written import WrittenText
from penfriend.rendering.findings import LetterFailed, Outline, Problems, TemplateBroken
from penfriend.rendering.names import NameChecker, sends
from penfriend.rendering.samples import MAY_BE_EMPTY, MOMENT, sample_facts
from penfriend.rendering.shapes import Shape, depends_on, shapes
from penfriend.rendering.translation.missing import warn_of_missing

if TYPE_CHECKING:
    from penfriend.rendering.renderer import TemplateRenderer

_SHOWN = ", ".join(name.replace("_", " ") for name in MAY_BE_EMPTY[:3])


def check(
    renderer: TemplateRenderer, unreadable: Collection[str] = (), written: Collection[WrittenText] = ()
) -> tuple[Problem, ...]:
    """Every problem of the templates that the campaigns send and of the catalogs, errors and warnings, by
    place. Nothing is said of the `unreadable`. `written` are the texts of campaign files that catalogs
    translate."""
    problems = Problems()
    problems.add(renderer.speeches.problems)
    seen: set[object] = set()
    names: dict[str, tuple[object, ...]] = {}
    for campaign, step in sends(renderer.definitions):
        if campaign.name not in names:
            names[campaign.name] = depends_on(renderer.definitions, campaign)
        own = (step.template, step.subject, step.survey, step.coupon is not None)
        alike = (*own, campaign.is_transactional, names[campaign.name])
        if step.template in unreadable or alike in seen:
            continue  # a letter that many steps send alike says the same to each of them
        seen.add(alike)
        known = shapes(renderer.definitions, campaign, step)
        for locale in renderer.speeches.locales(step.template):
            _check_letter(renderer, campaign, step, locale, known, problems)
    letters = {step.template for _, step in sends(renderer.definitions)}.difference(unreadable)
    warn_of_missing(renderer.speeches, sorted(letters), written, problems)
    return tuple(sorted(problems.all))


def _check_letter(
    renderer: TemplateRenderer,
    campaign: Campaign,
    step: Send,
    locale: Locale,
    known: dict[str, Shape],
    problems: Problems,
) -> None:
    place = step.place or Place("campaigns.yaml")
    speech = renderer.speeches.of(locale)
    try:
        compiled = speech.compile(step.template, place)
        own = [speech.subject(step.subject, place)] if step.subject else []
    except TemplateBroken as broken:
        problems.add(broken.problems)
        _check_names(broken.outlines, known, problems)
        return
    problems.add(compiled.warnings)
    before = len(problems.errors)
    _check_names([part.outline for part in (*compiled.parts, *own)], known, problems)
    if len(problems.errors) == before:
        _try(renderer, campaign, step, locale, known, problems)


def _check_names(outlines: Iterable[Outline], known: dict[str, Shape], problems: Problems) -> None:
    for outline in outlines:
        try:
            NameChecker(known, partial(_report, outline, problems)).check(outline.tree)
        except RecursionError:
            problems.error(Place(outline.file), "the tags are nested too deeply.")


def _report(outline: Outline, problems: Problems, line: int, text: str) -> None:
    problems.error(outline.place(line), text)


def _try(
    renderer: TemplateRenderer,
    campaign: Campaign,
    step: Send,
    locale: Locale,
    known: dict[str, Shape],
    problems: Problems,
) -> None:
    """Fills the letter for somebody of whom all is known, and for somebody of whom little is."""
    needed = renderer.needs(step.template)
    for sparse in (False, True):
        facts = sample_facts(known, needed, renderer.definitions.brand.currency, sparse=sparse)
        if step.coupon is None:
            facts["coupon"] = None
        letter = Letter(
            message=1,
            message_id="<sample@penfriend.example>",
            contact=1,
            to="ann@shop.example",
            locale=str(locale),
            timezone=renderer.definitions.brand.timezone,
            date=Moment(from_datetime(MOMENT)),
            campaign=campaign.name,
            step=step.id,
            template=step.template,
            subject=step.subject,
            topic=None if campaign.is_transactional else (campaign.topic or "topic"),
            survey=step.survey,
            facts=facts,
        )
        try:
            renderer.fill(letter)
        except LetterFailed as error:
            rows = [name for name in needed.names if name in renderer.definitions.segments]
            if rows and not sparse:
                text = f"this fails where a column of {', '.join(sorted(rows))} is a text: {error.text}"
                problems.warning(error.place, text)
                return
            if not sparse:
                problems.error(error.place, error.text)
                return
            problems.warning(
                error.place, f"this fails for somebody without {_SHOWN} and the like: {error.text}"
            )
