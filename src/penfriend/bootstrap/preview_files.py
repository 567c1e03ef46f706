"""The campaign files as the preview sees them: with everything that can be looked at beside what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from penfriend.bootstrap.files import Files, letter_name
from penfriend.bootstrap.settings import Settings
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import CampaignFilesInvalid
from penfriend.domain.preview import Asked, Preview, SentBy
from penfriend.domain.problems import Problem
from penfriend.language import load
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.names import sends

KEY = b"signs the links of previews, which no service takes"


@dataclass(frozen=True)
class Looked:
    """The files as they were at one moment, and what was made of them so far."""

    definitions: Definitions
    renderer: TemplateRenderer
    files: Files
    problems: tuple[Problem, ...]
    warnings: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """By letter, as far as they were asked for."""
    made: dict[tuple[Asked, date], Preview] = field(default_factory=dict)
    """For sample people, who are the same all day: a page shows the same letter in several frames."""

    @cached_property
    def letters(self) -> tuple[SentBy, ...]:
        """Every letter: as the steps send them, then those that no step sends."""
        sent = [SentBy(step.template, campaign.name, step.id) for campaign, step in sends(self.definitions)]
        names = {one.template for one in sent}
        there = (
            letter_name(path)
            for path in self.files.templates
            if path.endswith(".mjml") and not any(part.startswith("_") for part in path.split("/"))
        )
        return (*sent, *(SentBy(name, "", "") for name in dict.fromkeys(there) if name not in names))

    @cached_property
    def locales(self) -> Mapping[str, tuple[str, ...]]:
        """By letter, every language that it is written or translated in, the brand's first."""
        return {
            name: tuple(str(locale) for locale in self.renderer.locales(name))
            for name in dict.fromkeys(one.template for one in self.letters)
        }


def looked_at(files: Files, settings: Settings) -> Looked | CampaignFilesInvalid:
    """What can be made of the files beside their problems; the error that says why nothing can."""
    if files.entry not in files.texts:
        return CampaignFilesInvalid(files.problems)
    known = frozenset(map(letter_name, (*files.templates, *files.unreadable_templates)))
    loaded = load(files.campaign_files, files.entry, settings.environment, known)
    problems = tuple(sorted((*files.problems, *loaded.problems)))
    if loaded.readable is None:
        return CampaignFilesInvalid(tuple(one for one in problems if one.level == "error"))
    renderer = TemplateRenderer(files.templates, loaded.readable, KEY, 0)
    return Looked(loaded.readable, renderer, files, problems)
