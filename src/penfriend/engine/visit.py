"""One visit: a good token, who came with it, the revision that is live; and the pages that need no more."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email import message_from_bytes, policy
from zoneinfo import ZoneInfoNotFoundError

from penfriend.domain.campaign import Send
from penfriend.domain.definitions import Definitions, Survey
from penfriend.domain.delivery import Email
from penfriend.domain.errors import RenderFailed
from penfriend.domain.events import Json
from penfriend.domain.facts import Frozen, thaw
from penfriend.domain.incoming_contact import FREQUENCIES
from penfriend.domain.letter import Letter
from penfriend.domain.timing import Duration, Moment, Unit, iso_utc, shift, zone_of
from penfriend.domain.tokens import Claim
from penfriend.domain.visits import (
    PAUSE_DAYS,
    Fault,
    PreferencesPage,
    Setting,
    SurveyPage,
    TopicChoice,
    TopicChoices,
    VisitedMail,
    Visitor,
    mask_address,
)
from penfriend.domain.watched import policies_read_frequency
from penfriend.engine.live import Live

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_LANGUAGE = re.compile("[a-z]{2,3}(_[A-Za-z0-9]{2,8})?")
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Visit:
    """A good token, who came with it, and the revision that is live."""

    claim: Claim
    visitor: Visitor
    live: Live

    @property
    def definitions(self) -> Definitions:
        """What the live revision defines."""
        return self.live.definitions

    @property
    def setting(self) -> Setting:
        """What every page shows."""
        return setting_of(self.definitions, self.visitor)

    @property
    def topic(self) -> str | None:
        """The mail's topic, where it is still one."""
        mail = self.visitor.mail
        return mail.topic if mail and mail.topic in self.definitions.topics else None

    @property
    def topics(self) -> tuple[TopicChoice, ...]:
        """Every topic, in the order of the file."""
        return tuple(self.choice(name) for name in self.definitions.topics)

    def choice(self, name: str) -> TopicChoice:
        """One topic."""
        return TopicChoice(name, self.definitions.topics[name].title, self.visitor.is_subscribed(name))

    @property
    def timezone(self) -> str:
        """Of the contact's clock, or the brand's."""
        try:
            zone_of(self.visitor.timezone or "")
        except (ZoneInfoNotFoundError, ValueError):  # none, or one that tzdata no longer knows
            return self.definitions.brand.timezone
        return self.visitor.timezone or self.definitions.brand.timezone

    @property
    def send(self) -> Send | None:
        """The step whose mail it is, where the campaign still has it."""
        mail = self.visitor.mail
        return self.live.send_step(mail.campaign, mail.step) if mail else None

    @property
    def survey(self) -> Survey | None:
        """The survey of that step."""
        return self.definitions.surveys.get(self.send.survey or "") if self.send else None


def setting_of(definitions: Definitions, visitor: Visitor | None) -> Setting:
    """What every page shows; without a visitor in the brand's language."""
    brand = definitions.brand
    return Setting(
        brand=brand.name,
        postal=brand.address,
        public_url=brand.public_url,
        locale=(visitor.locale if visitor else None) or brand.locale,
        brand_locale=brand.locale,
        address=mask_address(visitor.email) if visitor else "",
    )


def asked_topics(visit: Visit) -> tuple[str, ...]:
    """What is confirmed: the topic of the request that the mail answers, else all that wait for it."""
    mail = visit.visitor.mail
    asked = (mail.asked_topic,) if mail and mail.asked_topic else visit.visitor.requested
    return tuple(topic for topic in asked if topic in visit.definitions.topics)


def proof(visit: Visit, way: str) -> str:
    """What the consent record keeps: by which link of which mail."""
    mail = visit.visitor.mail
    return f"{way} of mail {mail.message_id}" if mail else f"{way} of a mail that is no longer kept"


def text_version(visit: Visit) -> str:
    """Which text was agreed to or refused: the titles of topics as that revision has them, in that
    language."""
    return f"revision {visit.live.revision}, {visit.setting.locale}"


def tidy_comment(comment: str) -> str:
    """A comment as it is kept: NFC, plain line ends, no control characters, nothing around it."""
    return unicodedata.normalize("NFC", _NOT_TEXT.sub("", _LINE_ENDS.sub("\n", comment))).strip()


def preferences_page(visit: Visit, now: Moment, *, saved: bool = False) -> PreferencesPage:
    """All topics, ticked where subscribed, and the person's other wishes."""
    until = visit.visitor.paused_until
    return PreferencesPage(
        setting=visit.setting,
        topics=visit.topics,
        saved=saved,
        frequency=(visit.visitor.frequency or "all") if policies_read_frequency(visit.definitions) else None,
        paused_until=until if until is not None and until > now else None,
        timezone=visit.timezone,
    )


def wishes(visit: Visit, choices: TopicChoices, now: Moment) -> dict[str, Json]:
    """What the choices say of the contact that is new, as the properties of a `contact_updated`."""
    visitor, said = visit.visitor, dict[str, Json]()
    if choices.frequency in FREQUENCIES and choices.frequency != (visitor.frequency or "all"):
        said["frequency"] = choices.frequency
    language, known = choices.language, visit.setting.locale
    if _LANGUAGE.fullmatch(language) and language != known and not known.startswith(f"{language}_"):
        said["locale"] = language
    paused = visitor.paused_until is not None and visitor.paused_until > now
    if choices.pause and not paused:
        until = shift(now, Duration(PAUSE_DAYS, Unit.DAYS), zone_of(visit.timezone))
        said["paused_until"] = iso_utc(until)
    elif choices.pause is False and paused:
        said["paused_until"] = None
    return said


def survey_page(
    visit: Visit,
    survey: Survey,
    chosen: int | None,
    comment: str,
    *,
    stored: bool = False,
    fault: Fault | None = None,
) -> SurveyPage:
    """The survey's scale with a score chosen, or the thanks."""
    before = visit.visitor.answers.get(survey.name)
    return SurveyPage(
        setting=visit.setting,
        question=survey.question,
        comment_label=survey.comment,
        scores=survey.scores,
        kind=survey.kind,
        options=survey.options,
        chosen=chosen,
        comment=comment,
        answered=before.score if before else None,
        stored=stored,
        fault=fault,
    )


def letter_html(visit: Visit, mail: VisitedMail, maker: Live, frozen: Frozen) -> str | None:
    """The HTML of the mail, made again of the facts it was made of by the revision that made it; None where
    it cannot be made any more.

    The links in it are the contact's as it is now: of two that were joined, the one that is left; and signed
    with the key that signs now.
    """
    made = letter_of(visit, mail, maker, frozen, tracks_clicks=True)
    return None if made is None else made[1]


def letter_of(
    visit: Visit, mail: VisitedMail, maker: Live, frozen: Frozen, *, tracks_clicks: bool
) -> tuple[str, str] | None:
    """The subject and the HTML of the mail, as `letter_html` makes it; None likewise. That it is opened is
    not told: it is not the mail that is opened here."""
    letter = _letter(visit, mail, maker, frozen, tracks_clicks)
    if letter is None:
        return None
    try:
        email = maker.renderer.render(letter)
    except RenderFailed:  # this version of the program cannot compile the template any more
        return None
    html = _html_part(email)
    return None if html is None else (email.subject, html)


def _letter(
    visit: Visit, mail: VisitedMail, maker: Live, frozen: Frozen, tracks_clicks: bool
) -> Letter | None:
    step = maker.send_step(mail.campaign, mail.step)
    to = mail.address or visit.visitor.email
    person = frozen.get("contact") if isinstance(frozen, dict) else None
    if to is None or not isinstance(person, dict):
        return None
    brand = maker.definitions.brand
    zone = person.get("timezone") or brand.timezone
    facts = {name: thaw(part, zone_of(zone)) for name, part in frozen.items()}
    return Letter(
        message=mail.id,
        message_id=mail.message_id,
        contact=visit.visitor.contact,
        to=to,
        locale=person.get("locale") or brand.locale,
        timezone=zone,
        date=mail.dated_at or Moment(0),
        campaign=mail.campaign,
        step=mail.step,
        template=mail.template,
        subject=step.subject if step else None,
        topic=mail.topic,
        survey=step.survey if step else None,
        facts=facts,
        tracks_clicks=tracks_clicks,
    )


def _html_part(email: Email) -> str | None:
    body = message_from_bytes(email.content, policy=policy.default).get_body(("html",))
    return body.get_content() if body else None
