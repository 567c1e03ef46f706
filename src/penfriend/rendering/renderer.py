"""Makes the mails of one revision: the port `penfriend.domain.letter.Renderer`.

What is compiled is kept per template and locale. Everything else is per letter and lives on the stack, so
several threads can render at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from babel import Locale

from penfriend.domain.campaign import Kind
from penfriend.domain.counting import COUNTS
from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.delivery import Email
from penfriend.domain.letter import Letter, Needs
from penfriend.domain.problems import Problem
from penfriend.domain.tracking import NOTHING, Tracking
from penfriend.domain.written import WrittenText
from penfriend.rendering.assemble import Assembler, Sender
from penfriend.rendering.check import check
from penfriend.rendering.compiler import CompiledLetter, NumberedLetter
from penfriend.rendering.filling import compiled_letter, filled, html_of, of_brand, subject_part
from penfriend.rendering.findings import LetterFailed, TemplateBroken
from penfriend.rendering.headers import one_line
from penfriend.rendering.limits import MAX_OUTPUT, Budget, lenient
from penfriend.rendering.links import Links
from penfriend.rendering.names import sends
from penfriend.rendering.quoted import quoted_parts
from penfriend.rendering.return_paths import Returned, return_path
from penfriend.rendering.specialise import Special, specialised
from penfriend.rendering.speech import Speech, Speeches
from penfriend.rendering.tidying import quoted_tidy, tidy
from penfriend.rendering.tokens import key_list
from penfriend.rendering.tracked import Trackable, Tracker, with_foot
from penfriend.rendering.utm import LinkTags

MAX_SUBJECT = 1_000
"""Characters of a filled subject."""


class TemplateRenderer:
    """Renders from `files`, path below templates/ to text. `secret` signs the links: one key, or several of
    which the first signs."""

    def __init__(
        self,
        files: Mapping[str, str],
        definitions: Definitions,
        secret: bytes | Sequence[bytes],
        revision: int,
    ) -> None:
        self.definitions = definitions
        self.revision = revision
        self.speeches = Speeches(files, definitions)
        self._keys = key_list(secret)
        brands: dict[str | None, Brand] = {None: definitions.brand}
        brands.update(definitions.brands.items())
        self._assemblers = {name: Assembler(Sender.of(brand)) for name, brand in brands.items()}
        self._brands = {name: of_brand(brand) for name, brand in brands.items()}
        self._trackable = {name: Trackable(brand.public_url) for name, brand in brands.items()}
        self._tags: dict[tuple[str, str], LinkTags | None] = {}
        """By campaign and step, as far as they were made."""
        self._special: dict[tuple[str | None, str, str], Special] = {}
        """By brand, locale and template."""
        self._needs: dict[str, Needs] = {}
        self._subjects: dict[str, set[str]] = {}
        """By template, the subjects that steps give it."""
        for _, step in sends(definitions):
            if step.subject:
                self._subjects.setdefault(step.template, set()).add(step.subject)

    def needs(self, template: str) -> Needs:
        """What the template can read in any locale. Raises RenderFailed where it cannot be compiled."""
        found = self._needs.get(template)
        if found is None:
            found = Needs()
            for locale in self.speeches.locales(template):
                speech = self.speeches.of(locale)
                parts = [*compiled_letter(speech, template).parts]
                parts += [subject_part(speech, one) for one in self._subjects.get(template, ())]
                found = reduce(or_, (part.needs for part in parts), found)
            self._needs[template] = found
        return found

    def render(self, letter: Letter) -> Email:
        """The finished mail. Raises RenderFailed with file, line and what was wrong."""
        email = self._render(letter, self._keys)
        if letter.digest is None or letter.digest == email.digest:
            return email
        # a key may have been put in front since
        others = (self._render(letter, (key,)) for key in self._keys[1:])
        return next((other for other in others if other.digest == letter.digest), email)

    def _render(self, letter: Letter, keys: Sequence[bytes]) -> Email:
        speech = self.speeches.choose(letter.template, letter.locale)
        links = self._links(letter, keys)
        special = self._special_letter(letter, speech)
        subject, parts, text = self._fill(letter, speech, links, special.letter, self._tracker(letter, keys))
        html = quoted_parts(parts, special.encoded)
        topic = self.definitions.topics.get(letter.topic) if letter.topic else None
        title = speech.said(topic.title) if topic else ""
        assembler = self._assemblers[self._brand_of(letter)]
        back = assembler.sender.return_path
        return assembler.assemble(
            letter,
            title,
            links.unsubscribe,
            subject,
            html,
            quoted_tidy(text),
            locale=speech.name,
            sent_from=back and return_path(back, Returned(letter.contact, letter.message), keys),
        )

    def check(
        self, unreadable: Collection[str] = (), written: Collection[WrittenText] = ()
    ) -> tuple[Problem, ...]:
        """Every problem of the templates that the revision's campaigns send, with file, line and column.
        Nothing is said of the `unreadable`: somebody else knows why there is no text of theirs. `written`
        are the texts of campaign files that catalogs translate."""
        return check(self, unreadable, written)

    def broken(self, template: str, locale: str) -> tuple[Problem, ...]:
        """Why a letter cannot be compiled for somebody of that locale; empty where it can."""
        try:
            self.speeches.choose(template, locale).compile(template)
        except TemplateBroken as broken:
            return tuple(one for one in broken.problems if one.level == "error")
        return ()

    def fill(self, letter: Letter) -> tuple[str, str, str]:
        """Subject, HTML and text of a letter. Raises RenderFailed."""
        speech = self.speeches.choose(letter.template, letter.locale)
        links, compiled = self._links(letter, self._keys), compiled_letter(speech, letter.template)
        tracker = self._tracker(letter, self._keys)
        subject, html, text = self._fill(letter, speech, links, compiled, tracker)
        return subject, "".join(html), tidy(text)

    def fill_numbered(self, letter: Letter, numbered: NumberedLetter) -> str:
        """The HTML of a letter with numbers in it. Raises RenderFailed."""
        speech = self.speeches.choose(letter.template, letter.locale)
        names = self._names(letter, speech, self._links(letter, self._keys))
        made = replace(
            compiled_letter(speech, letter.template), html=numbered.html, fallback=numbered.fallback
        )
        return "".join(html_of(made, {**names, "subject": "", "_track": None}))

    def uses_fallback(self, template: str) -> bool:
        """Whether MJML is compiled for each message, because the structure depends on the data. Raises
        RenderFailed."""
        return bool(self.fallback_reasons(template))

    def fallback_reasons(self, template: str) -> tuple[str, ...]:
        """Why MJML is compiled for each message; empty where it is not. Raises RenderFailed."""
        letters = [
            compiled_letter(self.speeches.of(locale), template) for locale in self.speeches.locales(template)
        ]
        return tuple(
            dict.fromkeys(reason for one in letters if one.fallback for reason in one.fallback.reasons)
        )

    def locales(self, template: str) -> tuple[Locale, ...]:
        """Every locale for which this letter is written or translated, the brand's first."""
        return self.speeches.locales(template)

    def _links(self, letter: Letter, keys: Sequence[bytes]) -> Links:
        survey = self.definitions.surveys.get(letter.survey) if letter.survey else None
        return Links(letter, self.definitions.brand_of(letter.campaign).public_url, keys, survey)

    def _brand_of(self, letter: Letter) -> str | None:
        """The name of the campaign's own brand; None is the common one."""
        campaign = self.definitions.campaigns.get(letter.campaign)
        return None if campaign is None else campaign.brand

    def _tracker(self, letter: Letter, keys: Sequence[bytes]) -> Tracker | None:
        """Of a letter that is tracked."""
        usual = self.definitions.tracking_of(letter.campaign)
        tracking = Tracking(
            clicks=usual.clicks and letter.tracks_clicks, opens=usual.opens and letter.tracks_opens
        )
        trackable = self._trackable[self._brand_of(letter)]
        return None if tracking == NOTHING else Tracker(trackable, letter, keys[0], tracking)

    def _fill(
        self,
        letter: Letter,
        speech: Speech,
        links: Links,
        compiled: CompiledLetter,
        tracker: Tracker | None,
    ) -> tuple[str, list[str], str]:
        names = self._names(letter, speech, links)
        names["_track"] = tracker if tracker is not None and tracker.tracks_clicks else None
        part = compiled.subject if letter.subject is None else subject_part(speech, letter.subject)
        subject = one_line("".join(filled(part, names, MAX_SUBJECT)))
        if not subject:
            raise LetterFailed(part.outline.place(2), "the subject is empty.")
        names["subject"] = subject
        html = html_of(compiled, names)
        if tracker is not None:
            html = with_foot(html, tracker.foot)
        text = "".join(filled(compiled.text, names, MAX_OUTPUT))
        tags = self._link_tags(letter)
        return subject, html, tags.add_in_text(text) if tags and compiled.has_own_text else text

    def _special_letter(self, letter: Letter, speech: Speech) -> Special:
        """The letter, compiled for its brand and language. Raises RenderFailed."""
        brand = self._brand_of(letter)
        key = brand, speech.name, letter.template
        if key not in self._special:
            common = compiled_letter(speech, letter.template)
            self._special[key] = specialised(common, self._same_for_all(brand, speech))
        return self._special[key]

    def _same_for_all(self, brand: str | None, speech: Speech) -> dict[str, object]:
        """The names that have one value for all readers of a brand's letters in one language."""
        return {**self._brands[brand], "locale": speech.name, "dir": "rtl" if speech.is_rtl else "ltr"}

    def _names(self, letter: Letter, speech: Speech, links: Links) -> dict[str, object]:
        """All that the templates of one letter can name."""
        names: dict[str, object] = {
            "coupon": None,  # where the step gives none
            **letter.facts,
            **self._same_for_all(self._brand_of(letter), speech),
            "campaign": self._campaign(letter, speech),
            "links": links,
            "_budget": Budget(),
            "_utm": self._link_tags(letter),
            "_counts": letter.facts.get(COUNTS, {}),
        }
        if "event" in names:
            names["event"] = lenient(names["event"])
        survey = self.definitions.surveys.get(letter.survey) if letter.survey else None
        if survey is not None:
            asked = {
                "question": speech.said(survey.question),
                "scores": list(survey.scores),
                "name": survey.name,
            }
            given = letter.facts.get("survey")
            names["survey"] = {**given, **asked} if isinstance(given, Mapping) else asked
        return names

    def _link_tags(self, letter: Letter) -> LinkTags | None:
        """What the links of this step carry."""
        key = letter.campaign, letter.step
        if key not in self._tags:
            brand = self.definitions.brand_of(letter.campaign)
            known = {"campaign": letter.campaign, "step": letter.step, "topic": letter.topic or ""}
            made = None if brand.utm is None else LinkTags(brand.utm.pairs(known), brand.public_url)
            self._tags[key] = made
        return self._tags[key]

    def _campaign(self, letter: Letter, speech: Speech) -> dict[str, object]:
        campaign = self.definitions.campaigns.get(letter.campaign)
        inside = letter.facts.get("campaign")
        topic = self.definitions.topics.get(letter.topic) if letter.topic else None
        return {
            **(inside if isinstance(inside, Mapping) else {}),
            "name": letter.campaign,
            "step": letter.step,
            "kind": (campaign.kind if campaign else Kind.MARKETING).value,
            "topic": letter.topic,
            "topic_title": speech.said(topic.title) if topic else letter.topic,
        }
