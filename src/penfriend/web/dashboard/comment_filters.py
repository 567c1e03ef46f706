"""What comments of a survey can be narrowed to: the campaign that asked, the language of the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from penfriend.bootstrap.surveys import campaigns_asking
from penfriend.engine.live import Live
from penfriend.rendering import TemplateRenderer
from penfriend.rendering.dashboard_pages import DashboardPages
from penfriend.storage.comments import Chosen
from penfriend.web.accounts.asking import Ask


@dataclass(frozen=True, slots=True)
class Filters:
    """What comments can be narrowed to beside a group, and what is chosen."""

    campaigns: Sequence[str]
    """Those that ask the survey."""
    languages: Mapping[str, str]
    """Those that there are letters in, with how the reader calls them."""
    chosen: Chosen

    @classmethod
    def of(cls, ask: Ask, live: Live, survey: str, pages: DashboardPages) -> Filters:
        """What a request asks for; what cannot be chosen is as if it were not asked for."""
        definitions, renderer = live.definitions, live.renderer
        known = renderer.speeches.languages if isinstance(renderer, TemplateRenderer) else ()
        brand = language_name(definitions.brand.locale)
        names = sorted({brand, *(language_name(one) for one in known)})
        languages = pages.language_names(ask.request.headers.get("accept-language", ""), names)
        campaigns = campaigns_asking(definitions, survey)
        said = ask.request.query_params
        campaign, language = said.get("campaign", ""), said.get("language", "")
        return cls(
            campaigns,
            languages,
            Chosen(
                campaign if campaign in campaigns else "",
                language if language in languages else "",
                language == brand,
            ),
        )


def language_name(locale: str) -> str:
    """The language of a locale: `en` of `en_GB`."""
    return locale.replace("-", "_").partition("_")[0].lower()
