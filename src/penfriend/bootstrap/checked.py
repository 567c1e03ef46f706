"""Files made into definitions and a renderer, with every problem of campaigns and templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend.bootstrap.coupon_codes import coupon_problems
from penfriend.bootstrap.dkim_problems import dkim_problems
from penfriend.bootstrap.files import Files, letter_name
from penfriend.bootstrap.settings import Settings
from penfriend.delivery import parse_transport_url
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import CampaignFilesInvalid, SettingError
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Moment
from penfriend.language import load

if TYPE_CHECKING:
    from penfriend.rendering import TemplateRenderer


@dataclass(frozen=True, slots=True)
class Checked:
    """What the files say, or why they cannot take effect."""

    definitions: Definitions | None
    renderer: TemplateRenderer | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stand in the way; warnings do not."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def require(self) -> tuple[Definitions, TemplateRenderer]:
        """Definitions and renderer. Raises CampaignFilesInvalid with every error."""
        if self.errors or self.definitions is None or self.renderer is None:
            raise CampaignFilesInvalid(self.errors)
        return self.definitions, self.renderer


def read_definitions(files: Files, settings: Settings, now: Moment | None = None) -> Checked:
    """The definitions alone: what data that comes in is typed by; templates are not looked at. What is
    past at `now` gets a warning."""
    if files.entry not in files.texts:  # why is among the files' own problems
        return Checked(None, None, files.problems)
    loaded = load(files.campaign_files, files.entry, settings.environment, None, now, _transport_problem)
    return Checked(loaded.definitions, None, tuple(sorted((*files.problems, *loaded.problems))))


def check(
    files: Files, settings: Settings, keys: Sequence[bytes], revision: int = 0, now: Moment | None = None
) -> Checked:
    """All of it. Templates are checked against the campaigns that send them: those that have no problem of
    their own."""
    if files.entry not in files.texts:  # why is among the files' own problems
        return Checked(None, None, files.problems)
    # not needed to read data; and before the definitions are there, which the collector of garbage would look
    # through while the modules are loaded
    from penfriend.rendering import TemplateRenderer

    unreadable = files.unreadable_templates
    known = frozenset(map(letter_name, (*files.templates, *unreadable)))
    loaded = load(
        files.campaign_files,
        files.entry,
        settings.environment,
        known,
        now,
        check_transport=_transport_problem,
    )
    problems = [*files.problems, *loaded.problems]
    if loaded.readable is None:
        return Checked(None, None, tuple(sorted(problems)))
    problems += coupon_problems(loaded.readable, settings.config.parent)
    problems += dkim_problems(loaded.readable, settings.config.parent)
    renderer = TemplateRenderer(files.templates, loaded.readable, keys, revision)
    problems += renderer.check(frozenset(map(letter_name, unreadable)), loaded.texts)
    return Checked(
        loaded.definitions, renderer if loaded.definitions is not None else None, tuple(sorted(set(problems)))
    )


def coupon_files(files: Files, settings: Settings) -> tuple[str, ...]:
    """The files of codes that campaign files name, by their path below the folder of the first."""
    found = read_definitions(files, settings).definitions
    coupons = () if found is None else found.coupons.values()
    return tuple(coupon.file for coupon in coupons if coupon.file is not None)


def _transport_problem(url: str) -> str | None:
    try:
        parse_transport_url(url)
    except SettingError as error:
        return str(error)
    return None
