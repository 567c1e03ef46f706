"""Happenings: what `wait`, `exit_on` and `goal` look out for."""

from __future__ import annotations

from penfriend.domain.campaign import EventHappening, ExitRule, ExitWord, Goal, Happening, IfHappening
from penfriend.domain.events import BUILT_IN
from penfriend.domain.timing import Duration
from penfriend.language import keys
from penfriend.language.conditions import read_condition, read_match, read_where
from penfriend.language.field_names import known_event
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence
from penfriend.language.quoting import quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import Own, Scope
from penfriend.language.shapes import DURATION
from penfriend.language.untracked import heed_event
from penfriend.language.words import WordError


def read_event(node: Node, what: str, reading: Reading) -> str | None:
    """The name of an event that is built in or declared."""
    name = reading.text(node, what)
    if name is None:
        return None
    try:
        known_event(name, reading)
    except AlreadyReportedError:
        return None
    except WordError as error:
        reading.error(node, str(error))
        return None
    heed_event(name, node, reading)
    return name


def read_happenings(entry: Entry, scope: Scope, reading: Reading) -> tuple[Happening, ...]:
    """A happening or a list of them."""
    items = reading.items(entry.value, quote(entry.key.text), or_one=True)
    if not items:
        reading.error(entry.value, f"{quote(entry.key.text)} has nothing to look out for.")
    found = (_happening(item, scope, reading) for item in items)
    return tuple(happening for happening in found if happening is not None)


def read_exit_on(
    entry: Entry, scope: Scope, *, has_goal: bool, has_segment: bool, reading: Reading
) -> tuple[ExitRule, ...]:
    """What ends an enrollment, in the order of the file. `goal` needs a goal, `left_segment` a segment in the
    trigger."""
    rules: list[ExitRule] = []
    for item in reading.items(entry.value, '"exit_on"', or_one=True):
        word = item.text if isinstance(item, Scalar) else ""
        if word == ExitWord.GOAL and not has_goal:
            reading.error(
                item,
                'exit_on names "goal", and the campaign has none. Give it a goal, such as goal:'
                " order_placed.",
            )
        elif word == ExitWord.LEFT_SEGMENT and not has_segment:
            reading.error(item, '"left_segment" needs a segment in the trigger.')
        elif word in tuple(ExitWord):
            rules.append(ExitWord(word))
        elif not _is_event(word, reading) and (guess := reading.report.suggest(word, tuple(ExitWord))):
            reading.error(item, f"{quote(word)} is nothing that happens.{guess}")
        else:
            happening = _happening(item, scope, reading, and_words="goal, left_segment, ")
            rules.extend([happening] if happening is not None else [])
    return tuple(rules)


def _is_event(word: str, reading: Reading) -> bool:
    return word in BUILT_IN or word in reading.names.data.events


def _happening(node: Node, scope: Scope, reading: Reading, and_words: str = "") -> Happening | None:
    if not isinstance(node, MappingNode):
        event = read_event(node, "a happening", reading)
        return None if event is None else EventHappening(event)
    found = reading.table(node, keys.EVENT_HAPPENING)
    if "if" in found:
        if len(found) > 1:
            reading.error(node, 'a happening is an event or an "if", not both.')
        return IfHappening(read_condition(found["if"].value, scope, reading))
    if "event" not in found:
        if found.meant:
            return None
        reading.error(
            node, f"a happening is one of: {and_words}an event's name, {{event: NAME}}, {{if: CONDITION}}."
        )
        return None
    event = read_event(found["event"].value, '"event"', reading)
    return None if event is None else _event_happening(event, found, scope, reading)


def _event_happening(event: str, found: dict[str, Entry], scope: Scope, reading: Reading) -> EventHappening:
    own = Own("event", event)
    return EventHappening(
        event,
        read_where(found.get("where"), own, scope, reading),
        read_match(found.get("match"), own, scope, reading),
    )


def read_goal(entry: Entry, scope: Scope, reading: Reading) -> Goal | None:
    """A goal: an event's name, `{event: NAME or a list, where, match, within}`, or a list of events."""
    if not isinstance(entry.value, MappingNode):
        events = read_happenings(entry, scope, reading)
        return _goal(entry, events, None, reading)
    found = reading.table(entry.value, keys.GOAL)
    if "event" not in found:
        return None
    items = reading.items(found["event"].value, '"event"', or_one=True)
    if isinstance(found["event"].value, Sequence) and not items:
        reading.error(found["event"].value, '"event" has nothing to look out for.')
    names = [read_event(item, '"event"', reading) for item in items]
    happenings = tuple(_event_happening(name, found, scope, reading) for name in names if name is not None)
    return _goal(entry, happenings, reading.word(found.get("within"), DURATION), reading)


def _goal(
    entry: Entry, happenings: tuple[Happening, ...], within: Duration | None, reading: Reading
) -> Goal | None:
    events = tuple(happening for happening in happenings if isinstance(happening, EventHappening))
    if len(events) < len(happenings):
        reading.error(entry.value, "a goal is an event; a condition cannot be one.")
    return Goal(events, within) if events else None
