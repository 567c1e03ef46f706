"""What a letter that is only looked at is filled with: a contact's facts as they are now, or made-up ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from penfriend.domain.campaign import Campaign, Send
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import NotFound
from penfriend.domain.facts import thaw
from penfriend.domain.letter import Needs
from penfriend.domain.segment import Things
from penfriend.domain.timing import Moment, to_datetime, zone_of
from penfriend.rendering.sample_fit import Fit
from penfriend.rendering.sample_people import SamplePerson, person_facts
from penfriend.rendering.sample_things import CODE
from penfriend.rendering.shapes import event_name, shapes
from penfriend.storage.database import Database
from penfriend.storage.letter_facts import gather
from penfriend.storage.people import find_contact
from penfriend.storage.stand_in import enrollment_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What templates can name, and what the mail itself is made of."""

    values: Mapping[str, object]
    address: str
    name: str
    locale: str
    timezone: str
    notes: tuple[str, ...] = ()

    def in_locale(self, locale: str) -> Facts:
        """The same for somebody who reads another language."""
        contact = self.values["contact"]
        changed = {**contact, "locale": locale} if isinstance(contact, Mapping) else contact
        return replace(self, values={**self.values, "contact": changed}, locale=locale)


def sample_facts(
    definitions: Definitions,
    campaign: Campaign,
    step: Send,
    needs: Needs,
    person: SamplePerson,
    locale: str,
    now: Moment,
) -> Facts:
    """Of a sample person."""
    brand = definitions.brand
    segment = definitions.segments.get(campaign.trigger.segment or "")
    about = "points" if segment is not None and segment.of is Things.POINTS else ""
    moment = to_datetime(now, brand.zone)
    known = shapes(definitions, campaign, step)
    fit = Fit.of(definitions, campaign, step)
    values = person_facts(person, known, needs, brand, locale, moment, about, fit)
    values["coupon"] = _code(definitions, step)
    name = " ".join(part for part in (person.first_name, person.last_name) if part)
    return Facts(values, person.email, name, locale, brand.timezone)


def contact_facts(
    db: Database,
    definitions: Definitions,
    campaign: Campaign,
    step: Send,
    needs: Needs,
    who: str,
    now: Moment,
) -> Facts:
    """Of a contact by the shop's id or address. Raises NotFound."""
    with db.read() as connection:
        contact = find_contact(connection, who)
        if contact is None:
            raise NotFound(f'there is no contact "{who}"; give the shop\'s id or the address')
        segment, event = campaign.trigger.segment or "", event_name(definitions, campaign)
        enrollment, is_real = enrollment_of(
            connection, contact, campaign.name, segment=segment, event=event, now=now
        )
        frozen = gather(connection, [enrollment], needs, definitions, now).get(enrollment.id)
    person = {} if frozen is None else frozen["contact"]
    if not person.get("email"):
        raise NotFound(f'"{who}" has no address: no letter is made for them')
    values = thaw(frozen, zone_of(person["timezone"]))
    assert isinstance(values, dict)  # noqa: S101 - what is frozen as a dict is thawed as one
    notes = [] if is_real else [f"{who} was never in {campaign.name}: it is as if they entered now"]
    if not is_real and event and enrollment.subject.event_id is None:
        notes.append(f"{who} has no event {event}, which the letter would be about")
    if step.coupon is not None and definitions.coupons[step.coupon].code is None:
        notes.append("the coupon code is made up")
    name = " ".join(part for part in (person.get("first_name"), person.get("last_name")) if part)
    return Facts(
        {**values, "coupon": _code(definitions, step)},
        person["email"],
        name,
        person["locale"],
        person["timezone"],
        tuple(notes),
    )


def _code(definitions: Definitions, step: Send) -> str | None:
    """The code that everybody gets, else one that no shop takes; None where the step gives none."""
    if step.coupon is None:
        return None
    return definitions.coupons[step.coupon].code or CODE
