"""Why somebody got what they got and not what they did not: the record, the engine's own questions, and
sentences.

The segment, the trigger's condition and the exits are explained by the compiler that the engine asks, so the
explanation agrees with what the engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from penfriend.bootstrap.house import House
from penfriend.domain.campaign import Campaign, DateTrigger
from penfriend.domain.definitions import Definitions
from penfriend.domain.errors import NotFound
from penfriend.domain.person import PersonRecord
from penfriend.domain.problems import did_you_mean
from penfriend.domain.segment import Condition, Op, Segment, Test, Things
from penfriend.domain.story import CampaignStory, Place, Sentence, in_order, tell
from penfriend.domain.timing import Moment, iso_utc, to_datetime
from penfriend.storage.person_record import read_person
from penfriend.storage.segment_explanation import Explained, ExplainedThing, explain_segment

MOST_THINGS = 5
"""Of a person with more carts or lots than this, so many are explained."""


Explain = Callable[[Segment], list[ExplainedThing]]
"""Explains a segment for the person in question, as of now."""


@dataclass(frozen=True, slots=True)
class WholeStory:
    """One person and the campaigns."""

    person: PersonRecord
    stories: tuple[CampaignStory, ...]

    def as_json(self) -> dict[str, object]:
        """The document of `penfriend why --json` and of the API."""
        contact = self.person.contact
        return {
            "contact": self.person.name,
            "timezone": contact.timezone,
            "topics": sorted(contact.topics),
            "suppression": contact.suppression,
            "campaigns": {one.campaign: _campaign_document(one) for one in self.stories},
        }


def _campaign_document(story: CampaignStory) -> dict[str, object]:
    return {
        "place": story.place.value,
        "happened": [
            {"at": None if one.at is None else iso_utc(one.at), "text": one.text} for one in story.happened
        ],
        "now": [one.text for one in story.now],
    }


def tell_why(house: House, who: str, campaign: str | None = None) -> WholeStory:
    """The story of the contact with that shop's id or address, in one campaign or in all. Raises
    NotFound."""
    live = house.live()
    if live is None:
        raise NotFound("nothing was applied yet; penfriend apply")
    contact_id, now, definitions = house.contact_id(who), house.clock.now(), live.definitions
    if campaign is not None and campaign not in definitions.campaigns:
        near = did_you_mean(campaign, definitions.campaigns)
        raise NotFound(f'there is no campaign "{campaign}".{near}')
    with house.db.read() as connection:
        record = read_person(connection, contact_id, definitions.brand)
        zone = record.contact.zone

        def show(moment: Moment) -> str:
            return to_datetime(moment, zone).strftime("%a %d %b %Y %H:%M")

        def explain(segment: Segment) -> list[ExplainedThing]:
            return explain_segment(connection, definitions, segment, contact_id, now)

        stories = [
            _with_door(explain, definitions, tell(record, route, now, show))
            for name, route in live.routes.items()
            if campaign in (None, name)
        ]
    return WholeStory(record, tuple(in_order(stories)))


def _with_door(explain: Explain, definitions: Definitions, story: CampaignStory) -> CampaignStory:
    """For who is not inside: what the segment and the condition of the trigger say of them now."""
    if story.place is Place.INSIDE:
        return story
    campaign = definitions.campaigns[story.campaign]
    told = list(_date(explain, campaign))
    told += _segment(explain, definitions, campaign)
    told += _condition(explain, definitions, campaign)
    return replace(story, now=(*story.now, *told))


def _date(explain: Explain, campaign: Campaign) -> Iterator[Sentence]:
    trigger = campaign.trigger
    if not isinstance(trigger, DateTrigger) or trigger.segment is not None:
        return
    asked = Segment(name="", where=Test(trigger.field, Op.EXISTS, True))
    for thing in explain(asked):
        name, found = trigger.field.name, thing.condition.found
        text = f"enters by the date {name}, which is {found}"
        yield Sentence(text, said="date", values={"field": name, "found": found})


def _segment(explain: Explain, definitions: Definitions, campaign: Campaign) -> Iterator[Sentence]:
    name = campaign.trigger.segment
    if name is None:
        return
    segment = definitions.segments[name]
    things = explain(segment)
    where = {"segment": name}
    if not things and segment.select is not None:
        file = segment.select.file
        text = f"is not in the segment {name}: is not among the rows of {file}, as last read"
        yield Sentence(text, said="no_row", values=where | {"file": file})
    elif not things:
        kind = segment.of.value
        text = f"is not in the segment {name}: has no {kind} at all"
        yield Sentence(text, said="lacks", values=where | {"kind": kind})
    for thing in things[:MOST_THINGS]:
        about = f" with {thing.occurrence}" if thing.occurrence else ""
        of, values = ("_of", where | {"about": thing.occurrence}) if about else ("", where)
        if thing.is_member:
            yield Sentence(f"is in the segment {name}{about} now", said=f"member{of}", values=values)
        else:
            detail = _failing(thing)
            text = f"is not in the segment {name}{about}: {detail}"
            yield Sentence(text, said=f"fails{of}", values=values | {"detail": detail})
    if len(things) > MOST_THINGS:
        more = len(things) - MOST_THINGS
        text = f"and {more} more: penfriend segment {name} --explain"
        yield Sentence(text, said="more", values=where | {"count": str(more)})


def _condition(explain: Explain, definitions: Definitions, campaign: Campaign) -> Iterator[Sentence]:
    condition: Condition | None = campaign.trigger.condition
    name = campaign.trigger.segment
    if condition is None or (name is not None and definitions.segments[name].of is not Things.CONTACTS):
        return
    asked = Segment(name="", where=condition)
    for thing in explain(asked):
        if not thing.is_member:
            detail = _failing(thing)
            text = f"the trigger's condition does not hold: {detail}"
            yield Sentence(text, said="condition", values={"detail": detail})


def _failing(thing: ExplainedThing) -> str:
    return "; ".join(failing(thing.condition))


def failing(condition: Explained) -> list[str]:
    """The conditions that would have to be otherwise, each with what was found and what is wanted."""
    if condition.holds:
        return []
    if not condition.parts:
        return [condition.sentence]
    if condition.sentence == "this does not hold":
        return ["it must not be that " + " and ".join(_holding(condition.parts[0]))]
    parts = [words for part in condition.parts if not part.holds for words in failing(part)]
    if condition.sentence == "at least one of these holds" and len(parts) > 1:
        return ["none of these holds: " + ", ".join(parts)]
    return parts


def _holding(condition: Explained) -> list[str]:
    """What holds, of a condition that does and must not."""
    if not condition.parts:
        return [condition.sentence]
    return [words for part in condition.parts if part.holds for words in _holding(part)] or [
        condition.sentence
    ]
