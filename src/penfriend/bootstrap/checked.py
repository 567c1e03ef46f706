"""Files made into definitions and a renderer, with every problem of campaigns and templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.bootstrap.files import Files, letter_name
from penfriend.bootstrap.settings import Settings
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import CampaignFilesInvalid
from penfriend.domain.problems import Problem
from penfriend.language import load
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


def read_definitions(files: Files, settings: Settings) -> Checked:
    """The definitions alone: what data that comes in is typed by; templates are not looked at."""
    if files.entry not in files.texts:  # why is among the files' own problems
        return Checked(None, None, files.problems)
    loaded = load(files.campaign_files, files.entry, settings.environment, None)
    return Checked(loaded.definitions, None, tuple(sorted((*files.problems, *loaded.problems))))


def check(files: Files, settings: Settings, keys: Sequence[bytes], revision: int = 0) -> Checked:
    """All of it. Templates are checked against the campaigns that send them: those that have no problem of
    their own."""
    if files.entry not in files.texts:  # why is among the files' own problems
        return Checked(None, None, files.problems)
    unreadable = files.unreadable_templates
    known = frozenset(map(letter_name, (*files.templates, *unreadable)))
    loaded = load(files.campaign_files, files.entry, settings.environment, known)
    problems = [*files.problems, *loaded.problems]
    if loaded.readable is None:
        return Checked(None, None, tuple(sorted(problems)))
    renderer = TemplateRenderer(files.templates, loaded.readable, keys, revision)
    problems += renderer.check(frozenset(map(letter_name, unreadable)))
    return Checked(
        loaded.definitions, renderer if loaded.definitions is not None else None, tuple(sorted(set(problems)))
    )
