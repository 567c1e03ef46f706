"""Finds the field that a name means, where it stands; a wrong name gets a suggestion and the list."""

from __future__ import annotations

from collections.abc import Callable, Collection

from penfriend.domain.events import BUILT_IN, FROM_INSIDE
from penfriend.domain.fields import FIELDS, WAITED, Field, FieldType, Known
from penfriend.domain.segment import Things
from penfriend.language.nodes import Entry
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import Own, Scope, Stage
from penfriend.language.words import WordError

GROUPS = (*FIELDS, "topic")
_ITEMS_OF = {Things.CARTS: "cart", Things.ORDERS: "order"}


def resolver(reading: Reading, scope: Scope) -> Callable[[str], Field]:
    """A function that finds the field of a name in `scope`; it raises WordError where there is none."""
    return lambda name: resolve(name, scope, reading)


def resolve(name: str, scope: Scope, reading: Reading) -> Field:
    """The field of a name as conditions and moments write it. Raises WordError with a whole sentence."""
    if name == "waited":
        return _waited(scope)
    group, dot, rest = name.partition(".")
    if not dot or group not in GROUPS:
        raise _unknown_group(name, reading)
    special = _SPECIAL.get(group)
    if special is not None:
        return special(name, rest, scope, reading)
    if group in ("order", "cart") and rest.startswith("items."):
        return _item(name, group, rest.removeprefix("items."), reading)
    return _simple(name, group, rest, reading)


def resolve_own(name: str, own: Own, reading: Reading) -> Field:
    """The field of a bare name inside a `where`, of the rows it is about. Raises WordError."""
    if name.startswith(f"{own.group}."):
        bare = name.removeprefix(f"{own.group}.")
        raise WordError(f"{quote(name)}: here the {own.group}'s own names stand bare: {bare}.")
    if own.group == "event":
        return event_field(name, name, own.event, reading)
    if name.startswith("items."):
        return _item(name, own.group, name.removeprefix("items."), reading)
    return _known(name, own.group, name, FIELDS[own.group], reading)


def event_field(name: str, property_name: str, event: str, reading: Reading) -> Field:
    """A property of an event, by its bare name. Raises WordError."""
    if property_name == "at":
        return Field(name, "event", "at", FieldType.MOMENT)
    types = properties_of(event, reading)
    if types.get("items") is FieldType.LIST and event in BUILT_IN and property_name.startswith("items."):
        return _item(name, "event", property_name.removeprefix("items."), reading)
    if (event, property_name) in reading.names.untyped:
        raise AlreadyReportedError
    if property_name in types:
        return Field(name, "event", property_name, types[property_name])
    known = ["at", *types]
    guess = reading.report.suggest(property_name, known)
    declare = (
        ""
        if guess or event in FROM_INSIDE
        else f" Or declare it: data: {{events: {{{event}: {{{property_name}: text}}}}}}."
    )
    raise WordError(
        f"the event {event} has no {quote(property_name)}.{guess} It has: {listing(known)}.{declare}"
    )


def read_key(entry: Entry | None, event: str, reading: Reading) -> str:
    """The property of an event whose value is the occurrence; empty where there is none or it is wrong."""
    name = None if entry is None else reading.text(entry.value, '"key"')
    if entry is None or name is None:
        return ""
    try:
        field = event_field(name, name, event, reading)
    except AlreadyReportedError:
        return ""
    except WordError as error:
        reading.error(entry.value, str(error))
        return ""
    if field.type is FieldType.LIST or name == "at":
        reading.error(
            entry.value,
            f"{quote(name)} cannot be the occurrence: it has to be one value that names a thing, such as"
            " order_id.",
        )
    return name


def properties_of(event: str, reading: Reading) -> dict[str, FieldType]:
    """The properties of an event, built in and declared, with their types."""
    built_in = {name: known.type for name, known in BUILT_IN.get(event, {}).items()}
    return {**built_in, **reading.names.data.events.get(event, {})}


def known_event(name: str, reading: Reading) -> str:
    """The name of an event that can be looked out for. Raises WordError for one that is neither built in nor
    declared."""
    known = {**dict.fromkeys(BUILT_IN), **dict.fromkeys(reading.names.data.events)}
    if name not in known:
        guess = reading.report.suggest(name, known)
        listed = listing(known)
        raise WordError(
            f"unknown event {quote(name)}.{guess} An event is built in or declared in data: {listed}."
        )
    return name


def _known(
    name: str, group: str, key: str, known: dict[str, Known], reading: Reading, subject: str = ""
) -> Field:
    found = known.get(key)
    if found is None:
        prefix = name.removesuffix(key)
        guess = reading.report.suggest(name, [prefix + word for word in known])
        raise WordError(f"unknown field {quote(name)}.{guess} {_listed(prefix)} has: {listing(known)}.")
    return Field(name, group, key, found.type, subject, found.narrows)


def _listed(prefix: str) -> str:
    return prefix.removesuffix(".") or "An order"


def _simple(name: str, group: str, key: str, reading: Reading) -> Field:
    return _known(name, group, key, FIELDS[group], reading)


def _unknown_group(name: str, reading: Reading) -> WordError:
    fields = [f"{group}.{key}" for group, keys in FIELDS.items() for key in keys]
    guess = reading.report.suggest(name, fields)
    groups = listing(f"{group}." for group in GROUPS)
    return WordError(f"unknown field {quote(name)}.{guess} A field begins with one of: {groups}")


def _attribute(name: str, group: str, key: str, reading: Reading, subject: str = "attributes") -> Field:
    section = "contact" if group == "contact" else "product"
    declared = reading.names.data.contact if section == "contact" else reading.names.data.product
    if (section, key) in reading.names.untyped:
        raise AlreadyReportedError
    if key not in declared:
        guess = reading.report.suggest(key, declared)
        raise WordError(
            f"{quote(name)} is not declared, and a condition needs its type.{guess} "
            f"Write data: {{{section}: {{{key}: text}}}}, or another type."
        )
    return Field(name, group, key, declared[key], subject)


def _with_attributes(name: str, rest: str, _scope: Scope, reading: Reading) -> Field:
    group = name.partition(".")[0]
    if rest.startswith("attributes."):
        return _attribute(name, group, rest.removeprefix("attributes."), reading)
    return _simple(name, group, rest, reading)


def _item(name: str, group: str, key: str, reading: Reading) -> Field:
    """A field of the items of a thing; `group` is whose."""
    subject = "" if group == "items" else "items"
    if key.startswith("attributes."):
        within = f"{subject}.attributes".removeprefix(".")
        return _attribute(name, group, key.removeprefix("attributes."), reading, within)
    return _known(name, group, key, FIELDS["items"], reading, subject)


def _items(name: str, rest: str, scope: Scope, reading: Reading) -> Field:
    group = "items" if scope.about is None else _ITEMS_OF.get(scope.about, "items")
    return _item(name, group, rest, reading)


def _topic(name: str, rest: str, _scope: Scope, reading: Reading) -> Field:
    _defined(name, "topic", rest, reading.names.topics, reading)
    return Field(name, "topic", rest, FieldType.YES_NO)


def _campaign(name: str, rest: str, _scope: Scope, reading: Reading) -> Field:
    campaign, dot, key = rest.partition(".")
    if not dot:
        raise WordError(f"{quote(name)} wants a campaign and one of: {listing(FIELDS['campaign'])}.")
    _defined(name, "campaign", campaign, reading.names.campaigns, reading)
    return _known(name, "campaign", key, FIELDS["campaign"], reading, campaign)


def _events(name: str, rest: str, _scope: Scope, reading: Reading) -> Field:
    event, _, key = rest.rpartition(".")
    if not event:
        raise WordError(f"{quote(name)} wants an event and one of: {listing(FIELDS['events'])}.")
    known_event(event, reading)
    return _known(name, "events", key, FIELDS["events"], reading, event)


def _event(name: str, rest: str, scope: Scope, reading: Reading) -> Field:
    if scope.event is None:
        raise AlreadyReportedError
    if not scope.event:
        raise WordError(
            f"{quote(name)}: there is no event here. event. stands in segments of events, and in campaigns"
            " whose trigger is an event or such a segment."
        )
    return event_field(name, rest, scope.event, reading)


def _waited(scope: Scope) -> Field:
    if scope.stage is not Stage.INSIDE:
        raise WordError('"waited": there is no enrollment here. Campaigns have it that wait: {for: ...}.')
    if not scope.waits:
        raise WordError('"waited": this campaign has no wait: {for: ...} that it could ask about.')
    return Field("waited", "waited", "waited", WAITED.type)


def _message(name: str, rest: str, scope: Scope, reading: Reading) -> Field:
    if scope.stage is not Stage.INSIDE:
        raise WordError(
            f"{quote(name)}: there is no enrollment here. message. stands in the steps, exit_on and goal of"
            " campaigns."
        )
    step, _, key = rest.rpartition(".")
    if step and scope.sends is not None:
        _defined(name, "step", step, scope.sends, reading)
    return _known(name, "message", key, FIELDS["message"], reading, step)


def _survey(name: str, rest: str, scope: Scope, reading: Reading) -> Field:
    survey, _, key = rest.rpartition(".")
    if survey:
        _defined(name, "survey", survey, reading.names.surveys, reading)
    elif scope.stage is not Stage.INSIDE and key in FIELDS["survey"]:
        raise WordError(
            f"{quote(name)}: there is no enrollment here. Write survey.NAME.{key} for the contact's latest"
            " answer."
        )
    return _known(name, "survey", key, FIELDS["survey"], reading, survey)


def _defined(name: str, what: str, word: str, known: Collection[str], reading: Reading) -> None:
    if word in known:
        return
    guess = reading.report.suggest(word, known)
    raise WordError(
        f"{quote(name)}: unknown {what} {quote(word)}.{guess} Known: {listing(known) or 'none yet'}."
    )


_SPECIAL: dict[str, Callable[[str, str, Scope, Reading], Field]] = {
    "contact": _with_attributes,
    "product": _with_attributes,
    "items": _items,
    "topic": _topic,
    "campaign": _campaign,
    "events": _events,
    "event": _event,
    "message": _message,
    "survey": _survey,
}
