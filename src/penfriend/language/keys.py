"""Every key of the language with its meaning: the loader, the JSON Schema and the reference in
docs/language.md go by these tables."""

from __future__ import annotations

from penfriend.language.shapes import (
    CAP,
    CURRENCY,
    DURATION,
    EMAIL,
    LABEL,
    LINE,
    LOCALE,
    MAILBOX,
    NAME,
    NONE,
    POSTAL,
    PRIORITY,
    REENTRY,
    SEND_BETWEEN,
    SEND_ON,
    TEXT,
    TYPE,
    URL,
    VERSION,
    YES_NO,
    ZONE,
    Either,
    Key,
    ListOf,
    Named,
    Ref,
    Table,
    choice,
)

CONDITION = Ref("condition")
WHERE = Ref("where")
MATCH = Ref("match")
MOMENT = Ref("moment")
FIELD = Ref("field")
STEPS = Ref("steps")
HAPPENING = Ref("happening")
LOCALE_TEXT = Either((TEXT, Named("text", TEXT, LOCALE)))
LATER = Ref("later")


def later(meaning: str) -> Key:
    """A key of the language that is not supported yet."""
    return Key(meaning, LATER, later=True)


WAS = later("the name it had before")

BRAND = Table(
    "brand",
    "brand",
    {
        "name": Key("the name that people know", LINE),
        "from": Key("the sender: Name <address>", MAILBOX),
        "reply_to": Key("where answers go; without it to the sender", EMAIL),
        "address": Key("the postal address that every marketing mail carries", POSTAL),
        "public_url": Key("where unsubscribe, tracking and survey links point", URL),
        "locale": Key("fallback; a contact's own locale comes first", LOCALE),
        "timezone": Key("fallback; a contact's own zone comes first. Conditions go by it", ZONE),
        "currency": Key("amounts are compared in it, and shown in their own", CURRENCY),
        "theme": later("colours and logo of the letters"),
        "utm": later("parameters that links of a campaign carry"),
    },
)

TOPIC = Table(
    "topic",
    "a topic",
    {
        "title": Key(
            "what people read on the preference page; a text, or one for each locale",
            LOCALE_TEXT,
            required=True,
        ),
        "double_opt_in": Key("a subscription counts when it has been confirmed by mail", YES_NO),
        "was": WAS,
    },
)

PROPERTIES = Named("property", TYPE, LABEL)

DATA = Table(
    "data",
    "data",
    {
        "contact": Key("attributes of contacts: contact.attributes.NAME", PROPERTIES),
        "product": Key("attributes of products: product.attributes.NAME", PROPERTIES),
        "events": Key(
            "the shop's own events, each with the types of its properties", Named("event", PROPERTIES, LABEL)
        ),
    },
)

_SENDING = {
    "send_between": Key("the hours in which marketing mail goes out, by the contact's clock", SEND_BETWEEN),
    "send_on": Key("the days of the week on which it goes out", Either((SEND_ON, ListOf(SEND_ON)))),
    "at_most": Key(
        "so many marketing mails over all campaigns within so long; a list sets several limits",
        Either((NONE, ListOf(CAP, or_one=True))),
    ),
    "max_lateness": Key("what could not go out by then is skipped", DURATION),
}
_GUARDS = {
    "holdout": later("the share of people that a campaign with a goal never mails"),
    "confirm_above": later("a change that would release more mails waits for a yes"),
}

POLICY_WHEN = Table(
    "policy_when",
    "an entry of when",
    {
        "if": Key("for whom the other keys hold", CONDITION, required=True),
        **_SENDING,
        **_GUARDS,
    },
)

POLICY = Table(
    "policy",
    "policy",
    {
        **_SENDING,
        "when": Key(
            "each entry whose if holds replaces keys for that contact; the last one wins", ListOf(POLICY_WHEN)
        ),
        **_GUARDS,
    },
)

OF = choice(
    "of",
    "what a segment is made of",
    ("contacts", "carts", "points"),
    ("orders", "purchases", "rewards"),
)

SEGMENT = Table(
    "segment",
    "a segment",
    {
        "description": Key("a sentence for people", TEXT),
        "of": Key(
            "what it is made of: contacts (the default), carts, or points (one for each contact and expiry"
            " date)",
            OF,
        ),
        "where": Key("the condition that its members fulfil", CONDITION, required=True),
        "key": later("for events: the latest one for each value of this property"),
        "source": Key("the database of the company that sql reads", LATER, later=True, instead=True),
        "sql": Key("a file with one SELECT", LATER, later=True, instead=True),
        "was": WAS,
    },
)

TRIGGER = Table(
    "trigger",
    "a trigger",
    {
        "segment": Key("who joins this segment enters; beside event, who is in it", NAME),
        "event": Key("whose event of this name comes enters", LABEL),
        "where": Key("a condition on the event's own properties", WHERE),
        "key": Key("the property whose value is the occurrence: one enrollment for each", LABEL),
        "if": Key("a condition that is asked on entering only", CONDITION),
        "date": later("a field with a date"),
        "schedule": later("a moment or a cron line"),
        "every": later("year or month"),
        "offset": later("so long before or after the date"),
        "day": later("the day of the month"),
        "at": later("the time of day"),
    },
)

EVENT_HAPPENING = Table(
    "event_happening",
    "a happening",
    {
        "event": Key("the name of the event", LABEL),
        "where": Key("a condition on the event's own properties", WHERE),
        "match": Key("pairs a property of the event with a field", MATCH),
        "if": Key("a condition instead of an event", CONDITION),
    },
)

GOAL = Table(
    "goal",
    "a goal",
    {
        "event": Key(
            "the name of the event; a list means any of them", ListOf(LABEL, or_one=True), required=True
        ),
        "where": Key("a condition on the event's own properties", WHERE),
        "match": Key("pairs a property of the event with a field", MATCH),
        "within": Key("how long after entry it counts as a conversion", DURATION),
    },
)

KIND = choice("kind", "advertised or owed", ("marketing", "transactional"))
BACKFILL = choice("backfill", "those already in the segment", ("none", "all"))
ON_UNKNOWN = choice("on_unknown", "a message whose delivery is unknown", ("hold", "resend"))

CAMPAIGN = Table(
    "campaign",
    "a campaign",
    {
        "kind": Key(
            "marketing (the default), or transactional: owed, not advertised, knows no consent, window or"
            " limit",
            KIND,
        ),
        "topic": Key("the topic whose subscribers get it; marketing campaigns need one", NAME),
        "priority": Key("0 to 100, default 50: who goes first under at_most", PRIORITY),
        "trigger": Key("who enters, and when", TRIGGER, required=True),
        "reentry": Key(
            "never (the default), always, or every 90 days; always is the default for an event without key",
            REENTRY,
        ),
        "backfill": Key(
            "none (the default): those already in the segment are not mailed at activation; all mails them",
            BACKFILL,
        ),
        "goal": Key("the event that the campaign is for", Either((GOAL, ListOf(HAPPENING, or_one=True)))),
        "exit_on": Key(
            "what ends an enrollment: goal, left_segment and happenings; the default is [goal]",
            ListOf(HAPPENING, or_one=True),
        ),
        "policy": Key("replaces keys of the policy for this campaign", POLICY),
        "on_unknown": Key("hold (the default) or resend a message whose delivery is unknown", ON_UNKNOWN),
        "steps": Key("what happens to those who have entered", STEPS, required=True),
        "brand": later("another sender than brand"),
        "active": later("no pauses the campaign"),
        "transport": later("another way out than the default"),
        "was": WAS,
    },
)

SURVEY_TYPE = choice("survey_type", "the scale", ("nps", "csat"), ("choice",))

SURVEY = Table(
    "survey",
    "a survey",
    {
        "type": Key("nps: 0 to 10, csat: 1 to 5", SURVEY_TYPE, required=True),
        "question": Key("the question; a text, or one for each locale", LOCALE_TEXT, required=True),
        "comment": Key("what the page asks next to the score", LOCALE_TEXT),
    },
)

FILE = Table(
    "file",
    "a file",
    {
        "version": Key("the version of the language: 1", VERSION),
        "include": later("more files with the same sections"),
        "brand": Key("who writes", BRAND),
        "brands": later("further senders"),
        "exchange_rates": later("one unit of a currency in the brand's"),
        "data": Key(
            "the company's own names and their types: text, number, yes_no, date, moment or list", DATA
        ),
        "topics": Key("what a person subscribes to and can leave", Named("topic", TOPIC, NAME)),
        "policy": Key("when and how much mail goes out, over all campaigns", POLICY),
        "segments": Key("sets of contacts, or of things of a contact", Named("segment", SEGMENT, NAME)),
        "campaigns": Key("who gets which letters when", Named("campaign", CAMPAIGN, NAME)),
        "surveys": Key("questions with a scale", Named("survey", SURVEY, NAME)),
        "webhooks": later("other systems that a step tells"),
        "sources": later("databases of the company"),
        "coupons": later("codes for letters"),
        "tests": later("what a campaign does with one contact"),
        "transports": later("further ways out"),
        "outgoing": later("limits on what leaves"),
        "dkim": later("keys that sign mail"),
        "retention": later("how long data is kept"),
    },
)
