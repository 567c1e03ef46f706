"""Every key of the language with its meaning: the loader, the JSON Schema and the reference in
docs/language.md go by these tables."""

from __future__ import annotations

from penfriend.domain.triggers import Every
from penfriend.language.brand_shapes import TRACKING
from penfriend.language.schedules import OFFSET, SCHEDULE
from penfriend.language.section_keys import (
    BRAND,
    COUPON,
    DATA,
    DKIM,
    MORE_BRAND,
    OUTGOING,
    RESULTS,
    RETENTION,
    SOURCE,
    STOP_AT,
    SURVEY,
    TOPIC,
    TRANSPORT_KEYS,
    WAS,
    WEBHOOK,
)
from penfriend.language.shapes import (
    CAP,
    CURRENCY,
    DAY_OF_MONTH,
    DURATION,
    HOLDOUT,
    INCLUDE,
    LABEL,
    LINE,
    NAME,
    NONE,
    OF,
    PRIORITY,
    RATE,
    REENTRY,
    SEND_BETWEEN,
    SEND_ON,
    SQL_FILE,
    TEXT,
    TIME,
    VERSION,
    WHOLE,
    WRITTEN,
    YES_NO,
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
CHANGES = Ref("changes")
_SENDING = {
    "send_between": Key("the hours in which marketing mail goes out, by the contact's clock", SEND_BETWEEN),
    "send_on": Key("the days of the week on which it goes out", Either((SEND_ON, ListOf(SEND_ON)))),
    "at_most": Key(
        "so many marketing mails over all campaigns within so long; a list sets several limits",
        Either((NONE, ListOf(CAP, or_one=True))),
    ),
    "max_lateness": Key("what could not go out by then is skipped", DURATION),
}
_HELD_OUT = {"holdout": Key("the share of people that a campaign with a goal never mails: 5%", HOLDOUT)}

POLICY_WHEN = Table(
    "policy_when",
    "an entry of when",
    {
        "if": Key("for whom the other keys hold", CONDITION, required=True),
        **_SENDING,
        **_HELD_OUT,
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
        **_HELD_OUT,
        "stop_at": Key("a campaign stops by itself when one of these is passed", Either((NONE, STOP_AT))),
        "confirm_above": Key("a change that would release more mails than this waits for apply --yes", WHOLE),
    },
)

SEGMENT = Table(
    "segment",
    "a segment",
    {
        "description": Key("a sentence for people", TEXT),
        "of": Key(
            "what it is made of: contacts (the default), carts, orders, purchases, points, rewards or"
            " events.NAME",
            OF,
        ),
        "where": Key("the condition that its members fulfil", CONDITION, required=True),
        "key": Key("for events: the latest one for each value of this property", LABEL),
        "source": Key("the database of the company that sql reads: one of sources", NAME, instead=True),
        "sql": Key("a file beside the campaigns with one SELECT, instead of where", SQL_FILE, instead=True),
        "was": WAS,
    },
)

EVERY = choice("every", "how often a date comes again", tuple(every.value for every in Every))

TRIGGER = Table(
    "trigger",
    "a trigger",
    {
        "segment": Key("who joins this segment enters; beside event, date or schedule, who is in it", NAME),
        "event": Key("whose event of this name comes enters", LABEL),
        "where": Key("a condition on the event's own properties", WHERE),
        "key": Key("the property whose value is the occurrence: one enrollment for each", LABEL),
        "if": Key("a condition that is asked on entering only", CONDITION),
        "date": Key("whose date it is enters: a field that holds a date or a moment", FIELD),
        "every": Key("the date comes again each year, or each month", EVERY),
        "offset": Key("so long before or after the date: -3 days, 2 weeks", OFFSET),
        "day": Key(
            "that day of the date's month instead; one that the month lacks is its last", DAY_OF_MONTH
        ),
        "at": Key("the time of day for date, by the contact's clock; without it midnight", TIME),
        "schedule": Key(
            "everybody enters at that moment of their own clock: 2026-12-24 09:00, or a cron line", SCHEDULE
        ),
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
        "brand": Key("the sender: one of brands", NAME),
        "active": Key("no pauses the campaign and keeps everybody in place", YES_NO),
        "transport": Key("the way out: one of transports; without it default", NAME),
        "tracking": Key(
            "whether clicks and opens of its mails are tracked: yes, no, clicks, opens; without it as the"
            " brand says, and no for transactional mail",
            TRACKING,
        ),
        "was": WAS,
    },
)

TEST = Table(
    "test",
    "a test",
    {
        "name": Key("a sentence: what it shows; no other test has it", LINE, required=True),
        "campaign": Key("the campaign that is tested", NAME, required=True),
        "contact": Key("fields of the contact, attributes, and topics", Ref("given_contact")),
        "events": Key(
            "what happens to it: moments by its own clock, each with events and their properties",
            ListOf(Named("moment", Ref("given_events"), WRITTEN)),
        ),
        "expect": Key(
            "all that the campaign does: moments, each with sent, skipped, postponed or exit",
            ListOf(Named("moment", Ref("expected"), WRITTEN)),
            required=True,
        ),
        "until": Key("when it ends; without it 30 days after the last moment", WRITTEN),
        "holdout": Key("yes: the contact is held out; otherwise nobody is", YES_NO),
        "take": Key(
            "for each split the arm that is taken; otherwise the first", Named("split", LABEL, LABEL)
        ),
    },
)

FILE = Table(
    "file",
    "a file",
    {
        "version": Key("the version of the language: 1", VERSION),
        "include": Key("more files with the same sections: campaigns/*.yaml", ListOf(INCLUDE, or_one=True)),
        "brand": Key("who writes", BRAND),
        "brands": Key(
            "further senders; what they do not say is as in brand", Named("brand", MORE_BRAND, NAME)
        ),
        "exchange_rates": Key(
            "what one unit of a currency is worth in the brand's", Named("currency", RATE, CURRENCY)
        ),
        "data": Key(
            "the company's own names and their types: text, number, yes_no, date, moment or list", DATA
        ),
        "topics": Key("what a person subscribes to and can leave", Named("topic", TOPIC, NAME)),
        "policy": Key("when and how much mail goes out, over all campaigns", POLICY),
        "segments": Key("sets of contacts, or of things of a contact", Named("segment", SEGMENT, NAME)),
        "campaigns": Key("who gets which letters when", Named("campaign", CAMPAIGN, NAME)),
        "surveys": Key("questions with a scale", Named("survey", SURVEY, NAME)),
        "webhooks": Key("other systems that a step tells", Named("webhook", WEBHOOK, NAME)),
        "sources": Key("databases of the company", Named("source", SOURCE, NAME)),
        "coupons": Key("codes for letters", Named("coupon", COUPON, NAME)),
        "tests": Key("what a campaign does with one contact", ListOf(TEST)),
        "transports": Key("further ways out", Named("transport", TRANSPORT_KEYS, NAME)),
        "outgoing": Key("other systems that are told what happens", Named("outgoing", OUTGOING, NAME)),
        "dkim": Key("keys that sign mail", ListOf(DKIM, or_one=True)),
        "retention": Key("how long data is kept; what is not named is kept for ever", RETENTION),
        "results": Key("to which mail a goal that was reached is credited", RESULTS),
    },
)
