"""Everything that can be known of a revision's letters before anybody gets one: compiled, names looked up,
tried with made-up facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from babel import Locale

from penfriend.domain.campaign import Campaign, Send
from penfriend.domain.definitions import Brand
from penfriend.domain.letter import Letter
from penfriend.domain.problems import Place, Problem
from penfriend.domain.timing import Moment, from_datetime
from penfriend.domain.tokens import Purpose
from penfriend.domain.written import WrittenText
from penfriend.rendering.compiler import CompiledLetter
from penfriend.rendering.findings import LetterFailed, Outline, Problems, TemplateBroken
from penfriend.rendering.ignores import Silence
from penfriend.rendering.links import PATHS
from penfriend.rendering.lint_letter import Finished, lint_letter
from penfriend.rendering.lint_look import LookLint
from penfriend.rendering.names import NameChecker, sends
from penfriend.rendering.samples import MAY_BE_EMPTY, MOMENT, sample_facts
from penfriend.rendering.shapes import Shape, depends_on, shapes
from penfriend.rendering.speech import Speech
from penfriend.rendering.translation.missing import warn_of_missing
from penfriend.rendering.unset_names import UnsetNames

if TYPE_CHECKING:
    from penfriend.rendering.renderer import TemplateRenderer

_OF_A_FOOTER = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)
_SHOWN = ", ".join(name.replace("_", " ") for name in MAY_BE_EMPTY[:3])


def check(
    renderer: TemplateRenderer, unreadable: Collection[str] = (), written: Collection[WrittenText] = ()
) -> tuple[Problem, ...]:
    """Every problem of the templates that the campaigns send and of the catalogs, whatever its level, by
    place. Nothing is said of the `unreadable`. `written` are the texts of campaign files that catalogs
    translate."""
    problems = Problems()
    problems.add(renderer.speeches.problems)
    silence = Silence()
    looked_at: set[str] = set()
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
            sample = Sample(renderer, campaign, step, locale, known)
            problems.add(_check_letter(sample, silence, looked_at))
    letters = {step.template for _, step in sends(renderer.definitions)}.difference(unreadable)
    gaps, ignores = warn_of_missing(renderer.speeches, sorted(letters), written)
    problems.add(silence.left(gaps.all, ignores))
    silence.tell_idle(problems)
    return tuple(sorted(problems.all))


@dataclass(frozen=True, slots=True)
class Sample:
    """One letter in one locale, as one step sends it."""

    renderer: TemplateRenderer
    campaign: Campaign
    step: Send
    locale: Locale
    known: dict[str, Shape]
    """Every name that it can use."""

    @property
    def speech(self) -> Speech:
        """What belongs to the locale."""
        return self.renderer.speeches.of(self.locale)

    @property
    def brand(self) -> Brand:
        """Who writes."""
        return self.renderer.definitions.brand_of(self.campaign.name)

    @property
    def place(self) -> Place:
        """Where the step stands."""
        return self.step.place or Place("campaigns.yaml")

    def letter(self, *, sparse: bool) -> Letter:
        """To somebody of whom all is known, or (`sparse`) little. Raises RenderFailed."""
        brand = self.renderer.definitions.brand
        needed = self.renderer.needs(self.step.template)
        facts = sample_facts(self.known, needed, brand.currency, sparse=sparse)
        if self.step.coupon is None:
            facts["coupon"] = None
        return Letter(
            message=1,
            message_id="<sample@penfriend.example>",
            contact=1,
            to="ann@shop.example",
            locale=str(self.locale),
            timezone=brand.timezone,
            date=Moment(from_datetime(MOMENT)),
            campaign=self.campaign.name,
            step=self.step.id,
            template=self.step.template,
            subject=self.step.subject,
            topic=None if self.campaign.is_transactional else (self.campaign.topic or "topic"),
            survey=self.step.survey,
            facts=facts,
        )


def _check_letter(sample: Sample, silence: Silence, looked_at: set[str]) -> Sequence[Problem]:
    problems = Problems()
    speech = sample.speech
    try:
        compiled = speech.compile(sample.step.template, sample.place)
        own = [speech.subject(sample.step.subject, sample.place)] if sample.step.subject else []
    except TemplateBroken as broken:
        problems.add(broken.problems)
        _check_names(broken.outlines, sample, problems)
        return problems.all
    problems.add(compiled.warnings)
    before = len(problems.errors)
    _check_names([part.outline for part in (*compiled.parts, *own)], sample, problems)
    sound = len(problems.errors) == before and _try(sample, compiled, problems, looked_at)
    return silence.keep(problems.all, compiled.ignores, compiled.file, whole=sound)


def _look(sample: Sample, file: str, html: str) -> Sequence[Problem]:
    """What a reader would see. Places cost a second compilation, and only where something is found are they
    needed."""
    base = sample.brand.public_url.rstrip("/")
    footer = [f"{base}/{PATHS[purpose]}/" for purpose in _OF_A_FOOTER]
    footer += [sample.brand.address] if sample.brand.address else []
    found = LookLint(html, file).look(footer)
    if not found:
        return ()
    try:
        numbered = sample.speech.numbered(sample.step.template)
        html = sample.renderer.fill_numbered(sample.letter(sparse=False), numbered)
    except (TemplateBroken, LetterFailed):
        return found  # with numbers in it the letter goes over a limit
    return LookLint(html, file, numbered.places).look(footer)


def _check_names(outlines: Iterable[Outline], sample: Sample, problems: Problems) -> None:
    sources = sample.renderer.speeches.sources
    for outline in outlines:
        unset = UnsetNames(sources, outline, problems)
        try:
            NameChecker(sample.known, partial(_report, outline, problems), unset.tell).check(outline.tree)
        except RecursionError:
            problems.error(Place(outline.file), "the tags are nested too deeply.", "too-large")


def _report(outline: Outline, problems: Problems, line: int, text: str, code: str) -> None:
    problems.error(outline.place(line), text, code)


def _try(sample: Sample, compiled: CompiledLetter, problems: Problems, looked_at: set[str]) -> bool:
    """Fills the letter for somebody of whom all is known, and for somebody of whom little is. Returns whether
    it could be made for the first."""
    renderer = sample.renderer
    for sparse in (False, True):
        try:
            subject, html, _ = renderer.fill(sample.letter(sparse=sparse))
        except LetterFailed as error:
            names = renderer.needs(sample.step.template).names
            rows = [name for name in names if name in renderer.definitions.segments]
            if rows and not sparse:
                text = f"this fails where a column of {', '.join(sorted(rows))} is a text: {error.text}"
                problems.warning(error.place, text, "fails-for-some")
                return False
            if not sparse:
                problems.error(error.place, error.text, "fails")
                return False
            text = f"this fails for somebody without {_SHOWN} and the like: {error.text}"
            problems.warning(error.place, text, "fails-for-some")
        else:
            if not sparse:
                lint_letter(_finished(sample, compiled, subject, html), problems)
                if compiled.file not in looked_at:  # content and colours are the same in all languages
                    looked_at.add(compiled.file)
                    problems.add(sample.speech.content(sample.step.template))
                    problems.add(_look(sample, compiled.file, html))
    return True


def _finished(sample: Sample, compiled: CompiledLetter, subject: str, html: str) -> Finished:
    place = sample.place if sample.step.subject else compiled.head.get("subject", Place(compiled.file))
    marketing = not sample.campaign.is_transactional
    return Finished(compiled, subject, html, place, marketing, sample.brand.address)
