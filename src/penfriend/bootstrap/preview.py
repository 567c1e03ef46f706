"""Letters looked at before anybody gets them: of the files as they are now, for a contact of the store as
they are now or for a sample person. Nothing is stored, counted or sent, no coupon code is given away.

What the links carry is signed with a key that no service has, and is about nobody: whoever clicks in a
preview finds the page that every wrong link leads to, and unsubscribes no real person.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from email.utils import parseaddr

from penfriend.bootstrap.file_stamps import Stamp, stamp_of
from penfriend.bootstrap.files import letter_name, read_files
from penfriend.bootstrap.preview_facts import Facts, contact_facts, sample_facts
from penfriend.bootstrap.preview_files import Looked, looked_at
from penfriend.bootstrap.settings import Settings
from penfriend.domain.campaign import Campaign, EventTrigger, Kind, Send
from penfriend.domain.definitions import Definitions
from penfriend.domain.delivery import Email
from penfriend.domain.errors import CampaignFilesInvalid, NotFound, RenderFailed
from penfriend.domain.letter import Letter
from penfriend.domain.ports import Clock
from penfriend.domain.preview import MOST_PEOPLE, Asked, Preview, SentBy, Somebody
from penfriend.domain.problems import Place, Problem, did_you_mean
from penfriend.domain.timing import local_date
from penfriend.rendering.findings import LetterFailed
from penfriend.rendering.formats import chain, locale_of
from penfriend.rendering.names import sends
from penfriend.rendering.preview_views import parts_of, preview_text
from penfriend.rendering.sample_people import ORDINARY, PEOPLE, SamplePerson
from penfriend.storage.database import Database
from penfriend.storage.people import find_contact
from penfriend.storage.people_search import people_like

NOBODY = 0
"""Whom the tokens of a preview are about, and which mail: the ids of a store begin at 1."""
MOST_KEPT = 1_000
"""So many letters of sample people are kept: twenty KB each."""
UNSENT = "preview"
"""The campaign of a letter that no campaign sends yet."""


class Previews:
    """The letters of one folder. Files are read again when they have changed; safe to use from several
    threads. Without a store there are sample people alone."""

    def __init__(self, settings: Settings, clock: Clock, db: Database | None = None) -> None:
        self._settings, self._clock, self._db = settings, clock, db
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._include: tuple[str, ...] = ()
        self._looked: Looked | CampaignFilesInvalid | None = None

    @property
    def has_store(self) -> bool:
        """Whether letters of real contacts can be shown."""
        return self._db is not None

    def stamp(self) -> Stamp:
        """What changes with the files."""
        return stamp_of(self._settings.config, self._include)

    def look(self) -> Looked:
        """The files as they are. Raises CampaignFilesInvalid where nothing can be made of them, SettingError
        where there are none."""
        with self._lock:
            stamp = self.stamp()
            if self._looked is None or stamp != self._stamp:
                files = read_files(self._settings.config)
                self._include = files.include
                self._stamp = self.stamp() if files.include else stamp
                self._looked = looked_at(files, self._settings)
            if isinstance(self._looked, CampaignFilesInvalid):
                raise CampaignFilesInvalid(self._looked.problems)
            return self._looked

    def letters(self) -> tuple[SentBy, ...]:
        """Every letter: as the steps send them, then those that no step sends."""
        return self.look().letters

    def locales(self, template: str) -> tuple[str, ...]:
        """Every language that the letter is written or translated in, the brand's first."""
        return self.look().locales[template]

    def all_locales(self) -> tuple[str, ...]:
        """Every language of any letter, the brand's first."""
        return tuple(dict.fromkeys(name for names in self.look().locales.values() for name in names))

    def people(self, words: str = "") -> tuple[Somebody, ...]:
        """Contacts to choose from, the newest first: all, or those with these words in name, address or
        id. None where there is no store, or where somebody has just that id or address."""
        if self._db is None:
            return ()
        with self._db.read() as connection:
            if words and find_contact(connection, words) is not None:
                return ()
            return people_like(connection, words, MOST_PEOPLE)

    def make(self, asked: Asked) -> Preview:
        """The letter. Raises CampaignFilesInvalid with the places of what is wrong with it, NotFound where
        there is no such letter, step, person or contact."""
        if asked.contact:
            return self._make(asked)
        looked = self.look()
        key = (asked, local_date(self._clock.now(), looked.definitions.brand.zone))
        found = looked.made.get(key)
        if found is None:
            found = self._make(asked)
            if len(looked.made) < MOST_KEPT:
                looked.made[key] = found
        return found

    def _make(self, asked: Asked) -> Preview:
        email, letter, notes = self.email(asked)
        html, text = parts_of(email.content)
        locale = self.look().renderer.speeches.choose(letter.template, letter.locale).name
        return Preview(
            by=SentBy(letter.template, letter.campaign, letter.step),
            who=_titled(letter.to_name, asked.contact) if asked.contact else _person(asked.person).title,
            locale=locale,
            sender=parseaddr(self.look().definitions.brand_of(letter.campaign).sender)[0]
            or email.envelope_from,
            subject=email.subject,
            preview_text=preview_text(html),
            html=html,
            text=text,
            content=email.content,
            notes=(*notes, *_told_of_locale(asked.locale, locale)),
        )

    def warnings(self, template: str) -> tuple[Problem, ...]:
        """What `penfriend validate` says of this letter, and of no other."""
        looked = self.look()
        found = looked.warnings.get(template)
        if found is None:
            others = {step.template for _, step in sends(looked.definitions)} - {template}
            found = looked.warnings[template] = looked.renderer.check(unreadable=others)
        return found

    def email(self, asked: Asked, *, to: str = "", unique: str = "") -> tuple[Email, Letter, tuple[str, ...]]:
        """The finished mail, to another address and with a Message-ID that holds `unique` where they are
        given; the letter that it was made of; and what to know of it."""
        looked = self.look()
        campaign, step, notes = _step(looked, asked)
        facts = self._facts(looked, campaign, step, asked)
        letter = Letter(
            message=NOBODY,
            message_id=_message_id(looked.definitions, campaign, unique or step.template),
            contact=NOBODY,
            to=to or facts.address,
            to_name="" if to else facts.name,
            locale=facts.locale,
            timezone=facts.timezone,
            date=self._clock.now(),
            campaign=campaign.name,
            step=step.id,
            template=step.template,
            subject=step.subject,
            topic=None if campaign.is_transactional else campaign.topic,
            survey=step.survey,
            facts=facts.values,
        )
        try:
            email = looked.renderer.render(letter)
        except RenderFailed as failed:
            raise CampaignFilesInvalid(_problems(looked, step, letter.locale, failed)) from None
        return email, letter, (*notes, *facts.notes)

    def _facts(self, looked: Looked, campaign: Campaign, step: Send, asked: Asked) -> Facts:
        now = self._clock.now()
        try:
            needs = looked.renderer.needs(step.template)
        except RenderFailed as failed:
            locale = asked.locale or looked.definitions.brand.locale
            raise CampaignFilesInvalid(_problems(looked, step, locale, failed)) from None
        if not asked.contact:
            person = _person(asked.person)
            locale = asked.locale or _spoken(looked, step.template, person)
            return sample_facts(looked.definitions, campaign, step, needs, person, locale, now)
        if self._db is None:
            raise NotFound("there is no store to look for contacts in")
        facts = contact_facts(self._db, looked.definitions, campaign, step, needs, asked.contact, now)
        return facts if not asked.locale else facts.in_locale(asked.locale)


def _step(looked: Looked, asked: Asked) -> tuple[Campaign, Send, tuple[str, ...]]:
    """The step that sends the letter, and what to know of the choice. Raises NotFound."""
    found = [
        (campaign, step)
        for campaign, step in sends(looked.definitions)
        if step.template == asked.template
        and asked.campaign in ("", campaign.name)
        and asked.step in ("", step.id)
    ]
    if len(found) > 1:
        campaign, step = found[0]
        others = ", ".join(f"{one.name} ({other.id})" for one, other in found[1:])
        return campaign, step, (f"as {campaign.name} ({step.id}) sends it; so do {others}",)
    if found:
        return (*found[0], ())
    if asked.campaign or asked.step:
        steps = ", ".join(
            f"{campaign.name} ({step.id})"
            for campaign, step in sends(looked.definitions)
            if step.template == asked.template
        )
        raise NotFound(f'no such step sends "{asked.template}"; it is sent by {steps or "none"}')
    return _unsent(looked, asked.template)


def _unsent(looked: Looked, template: str) -> tuple[Campaign, Send, tuple[str, ...]]:
    """A letter that is written and in no campaign yet."""
    names = {letter_name(path) for path in (*looked.files.templates, *looked.files.unreadable_templates)}
    if template not in names:
        raise NotFound(
            f'there is no letter "{template}": templates/{template}.mjml does not exist.'
            f"{did_you_mean(template, (name for name in names if not name.startswith('_')))}"
        )
    topic = next(iter(looked.definitions.topics), None)
    kind = Kind.MARKETING if topic else Kind.TRANSACTIONAL
    step = Send(id=template, template=template)
    trigger = EventTrigger(UNSENT)
    campaign = Campaign(name=UNSENT, trigger=trigger, steps=(step,), kind=kind, topic=topic)
    return campaign, step, ("no campaign sends it yet",)


def _person(name: str) -> SamplePerson:
    if not name:
        return ORDINARY
    if name not in PEOPLE:
        hint = did_you_mean(name, PEOPLE)
        raise NotFound(f'there is no sample person "{name}".{hint} They are: {", ".join(PEOPLE)}')
    return PEOPLE[name]


def _titled(name: str, who: str) -> str:
    return f"{name}, {who}" if name else who


def _spoken(looked: Looked, template: str, person: SamplePerson) -> str:
    """The person's own language, where the letter is in it."""
    wanted = locale_of(person.speaks) if person.speaks else None
    there = {chain(locale)[-1] for locale in looked.renderer.locales(template)}
    spoken = wanted is not None and chain(wanted)[-1] in there
    return str(wanted) if spoken else looked.definitions.brand.locale


def _message_id(definitions: Definitions, campaign: Campaign, what: str) -> str:
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in what)
    return f"<preview-{name}@{definitions.brand_of(campaign.name).message_id_domain}>"


def _problems(looked: Looked, step: Send, locale: str, failed: RenderFailed) -> tuple[Problem, ...]:
    """What is wrong with the letter: everything where it cannot be compiled, else what stopped it."""
    broken = looked.renderer.broken(step.template, locale)
    if broken:
        return broken
    if isinstance(failed, LetterFailed):
        return (Problem(failed.place, failed.text),)
    return (Problem(Place(f"templates/{step.template}.mjml"), str(failed)),)


def _told_of_locale(wanted: str, got: str) -> tuple[str, ...]:
    """Where the letter is not in the language that was wanted."""
    known = locale_of(wanted) if wanted else None
    if not wanted or (known is not None and chain(known)[-1] == got.partition("-")[0]):
        return ()
    return (f"it is not written or translated in {wanted}: who reads that gets {got}",)


def all_of(
    previews: Previews, people: Sequence[str] = ("",), contact: str = "", locale: str = ""
) -> list[Asked]:
    """Every letter in each language that it is in, or in one, as the first step that sends it does: for each
    of these sample people, or for a contact."""
    seen: dict[str, SentBy] = {}
    for one in previews.letters():
        seen.setdefault(one.template, one)
    return [
        Asked(one.template, one.campaign, one.step, person, contact, language)
        for one in seen.values()
        for person in people
        for language in ((locale,) if locale else previews.locales(one.template))
    ]
