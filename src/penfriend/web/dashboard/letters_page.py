"""The letters that are live: who sends them, in which languages, and what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from penfriend.bootstrap.results import results_of
from penfriend.domain.accounts.roles import Right
from penfriend.domain.campaign import Send, walk_steps
from penfriend.domain.results import Dimension, Figures
from penfriend.domain.timing import DAY, Moment
from penfriend.engine.live import Live
from penfriend.rendering import TemplateRenderer
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route
from penfriend.web.preview_paths import ALL, PAGE

DAYS = 30
"""The results are those of mails of so many days."""
Key = tuple[str, str, str]
"""Campaign, step and language."""


@dataclass(frozen=True, slots=True)
class InLanguage:
    """A letter in a language."""

    name: str
    """The language, in the reader's."""
    link: str
    """Where it can be looked at."""
    sent: int


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter as a step sends it."""

    template: str
    step: str
    figures: Figures
    languages: tuple[InLanguage, ...]


class LettersPage:
    """The page of `/letters`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/letters", Right.PREVIEW, self.show)]

    def show(self, ask: Ask) -> Response:
        """Every letter of every live campaign."""
        live = self._desk.live()
        accepted = ask.request.headers.get("accept-language", "")
        names: Mapping[str, str] = self._desk.pages.locale(accepted).languages
        found: dict[str, tuple[LetterLine, ...]] = {}
        if live is not None:
            results = self._results()
            found = {name: tuple(_lines(live, name, results, names)) for name in live.definitions.campaigns}
        sent = {name: sum(one.figures.sent for one in lines) for name, lines in found.items()}
        busiest = sorted(found, key=lambda name: -sent[name])
        return self._desk.page(
            ask,
            "letters",
            campaigns={name: found[name] for name in busiest if sent[name]},
            silent={name: lines for name, lines in found.items() if lines and not sent[name]},
            live=live is not None,
            all_letters=ALL,
        )

    def _results(self) -> dict[Key, Figures]:
        house = self._desk.house
        since = Moment(house.clock.now() - (DAYS - 1) * DAY)
        by = (Dimension.CAMPAIGN, Dimension.STEP, Dimension.LOCALE)
        return {(one.key[0], one.key[1], one.key[2]): one.figures for one in results_of(house, by, since)}


def _lines(
    live: Live, name: str, found: Mapping[Key, Figures], names: Mapping[str, str]
) -> Iterator[LetterLine]:
    for step in walk_steps(live.definitions.campaigns[name].steps):
        if not isinstance(step, Send):
            continue
        of_step = {key[2]: figures for key, figures in found.items() if key[:2] == (name, step.id)}
        whole = Figures()
        for figures in of_step.values():
            whole += figures
        codes = _written_in(live, step.template)
        sent: Counter[str] = Counter()
        for locale, figures in of_step.items():
            sent[_spoken(codes, locale)] += figures.sent
        languages = tuple(
            InLanguage(_called(code, names), _preview(step, name, code), sent[code]) for code in codes
        )
        yield LetterLine(step.template, step.id, whole, languages)


def _written_in(live: Live, template: str) -> list[str]:
    renderer = live.renderer
    return [str(one) for one in renderer.locales(template)] if isinstance(renderer, TemplateRenderer) else []


def _spoken(codes: Sequence[str], locale: str) -> str:
    """In which of its languages a letter went to people of that locale: theirs, or else the first, which is
    the brand's."""
    wanted = locale.replace("-", "_")
    language = wanted.partition("_")[0]
    near = (code for code in codes if code.partition("_")[0] == language)
    return wanted if wanted in codes else next(near, codes[0] if codes else "")


def _called(code: str, names: Mapping[str, str]) -> str:
    """`pt_BR` as `Portuguese (BR)`: the name of the language in the reader's."""
    language, _, more = code.replace("-", "_").partition("_")
    name = names.get(language, language)
    return f"{name} ({more})" if more else name


def _preview(step: Send, campaign: str, locale: str) -> str:
    return f"{PAGE}?{urlencode({'letter': f'{campaign}:{step.id}', 'locale': locale})}"
