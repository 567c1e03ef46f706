"""The keys of the sections that say who writes, of what and through what, with their meaning."""

from __future__ import annotations

from penfriend.domain.results import Credit
from penfriend.language.brand_shapes import (
    COLOUR,
    FONT,
    LOGO,
    LOGO_WIDTH,
    RADIUS,
    RETURN_PATH,
    TRACKING,
    UTM_VALUE,
)
from penfriend.language.shapes import (
    COUPON_FILE,
    CURRENCY,
    DKIM_KEY,
    DOMAIN,
    DURATION,
    EMAIL,
    HTTPS,
    LABEL,
    LINE,
    LOCALE,
    MAILBOX,
    NAME,
    NONE,
    OF_MAILS,
    POSTAL,
    ROWS,
    SECRET,
    SELECTOR,
    SOURCE_URL,
    TEXT,
    TRANSPORT,
    TYPE,
    URL,
    WHOLE,
    YES_NO,
    ZONE,
    Either,
    Key,
    ListOf,
    Named,
    Table,
    choice,
)
from penfriend.language.transport_shapes import CONNECTIONS, GROWTH, MAILS, PACE

LOCALE_TEXT = Either((TEXT, Named("text", TEXT, LOCALE)))
WAS = Key("the name that it had before, so that nobody in it is lost", LINE)

_COLOURS = {
    "primary": Key("buttons and links", COLOUR),
    "button_text": Key("what stands on buttons", COLOUR),
    "background": Key("the page around the sheet", COLOUR),
    "sheet": Key("what the letter stands on", COLOUR),
    "text": Key("what is read", COLOUR),
    "quiet": Key("small print", COLOUR),
    "line": Key("lines", COLOUR),
    "tint": Key("panels, and the places of pictures", COLOUR),
}
DARK = Table("dark", "dark", _COLOURS)
THEME = Table(
    "theme",
    "theme",
    {
        **_COLOURS,
        "font": Key("the fonts of text and headings, the first that a reader has", FONT),
        "small_font": Key("the fonts of buttons and small print", FONT),
        "radius": Key("how round corners are, in pixels", RADIUS),
        "logo": Key("the address of a picture in place of the brand's name", LOGO),
        "logo_alt": Key("what stands there where the picture is not shown; without it the name", LINE),
        "logo_width": Key("its width in pixels; without it 160", LOGO_WIDTH),
        "dark": Key("the colours for readers who have it dark", DARK),
    },
)

UTM = Table(
    "utm",
    "utm",
    {
        "source": Key("utm_source: where the visit comes from, such as newsletter", UTM_VALUE),
        "medium": Key("utm_medium; without it email", UTM_VALUE),
        "campaign": Key("utm_campaign; without it the campaign's name", UTM_VALUE),
        "content": Key("utm_content; without it the step's name", UTM_VALUE),
        "term": Key("utm_term; without it there is none", UTM_VALUE),
    },
)

BRAND = Table(
    "brand",
    "brand",
    {
        "name": Key("the name that people know", LINE),
        "from": Key("the sender: Name <address>", MAILBOX),
        "reply_to": Key("where answers go; without it to the sender", EMAIL),
        "return_path": Key("where what comes back goes; without it to the sender", RETURN_PATH),
        "address": Key("the postal address that every marketing mail carries", POSTAL),
        "public_url": Key("where unsubscribe, tracking and survey links point", URL),
        "locale": Key("fallback; a contact's own locale comes first", LOCALE),
        "timezone": Key("fallback; a contact's own zone comes first. Conditions go by it", ZONE),
        "currency": Key("amounts are compared in it, and shown in their own", CURRENCY),
        "theme": Key("colours, fonts and logo of the letters", THEME),
        "utm": Key("parameters that the links of letters carry; none takes them away", Either((NONE, UTM))),
        "tracking": Key(
            "whether clicks and opens of marketing mails are tracked: yes (the default), no, clicks, opens",
            TRACKING,
        ),
    },
)

MORE_BRAND = Table(
    "more_brand",
    "a further brand",
    {
        name: BRAND.keys[name]
        for name in (
            *("name", "from", "reply_to", "return_path", "address", "public_url", "theme", "utm", "tracking"),
        )
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

SURVEY_TYPE = choice("survey_type", "the scale", ("nps", "csat", "choice"))

SURVEY = Table(
    "survey",
    "a survey",
    {
        "type": Key("nps: 0 to 10, csat: 1 to 5, or choice", SURVEY_TYPE, required=True),
        "question": Key("the question; a text, or one for each locale", LOCALE_TEXT, required=True),
        "comment": Key("what the page asks next to the score", LOCALE_TEXT),
        "options": Key(
            "what can be chosen, for a choice; the score is the number of the option, from 1",
            ListOf(LOCALE_TEXT),
        ),
    },
)

WEBHOOK = Table(
    "webhook_target",
    "a webhook",
    {
        "url": Key("where it is called; https only", HTTPS, required=True),
        "secret": Key("what signs the calls, from the environment", SECRET, required=True),
    },
)

KIND_OF_NEWS = choice(
    "kind_of_news", "what a system is told of", ("message", "enrollment", "consent", "survey")
)

OUTGOING = Table(
    "outgoing_target",
    "an entry of outgoing",
    {
        **WEBHOOK.keys,
        "on": Key(
            "what it is told of: message, enrollment, consent, survey; without it all of them",
            ListOf(KIND_OF_NEWS, or_one=True),
        ),
    },
)

COUPON = Table(
    "coupon",
    "a coupon",
    {
        "from": Key("a CSV file beside the campaigns: one code a line, or the column code", COUPON_FILE),
        "code": Key("one code, the same for everybody, instead of a file", LINE),
        "warn_below": Key("status warns when fewer codes of the file are left", WHOLE),
        "was": WAS,
    },
)

SOURCE = Table(
    "source",
    "a source",
    {
        "url": Key("the database, as SQLAlchemy writes it, from the environment", SOURCE_URL, required=True),
        "timeout": Key("a statement that takes longer is stopped; without it 1 minute", DURATION),
        "max_rows": Key("a SELECT that gives more rows changes nothing; without it 1000000", ROWS),
        "every": Key("how often its segments are read; without it 15 minutes, at least 1 minute", DURATION),
        "max_cost": Key("for PostgreSQL: a SELECT that EXPLAIN calls more costly is not run", ROWS),
    },
)

WARM_UP = Table(
    "warm_up",
    "warm_up",
    {
        "start": Key("mails on the first day on which it sends", MAILS, required=True),
        "grow": Key("times so much on each further day on which it sends", GROWTH, required=True),
        "until": Key("no limit any more from the day that would come to so many", MAILS, required=True),
    },
)

TRANSPORT_KEYS = Table(
    "way_out",
    "a transport",
    {
        "url": Key("the address, as PENFRIEND_TRANSPORT has it; all but default need one", TRANSPORT),
        "rate": Key("at most so many mails, over all workers: 50 per second, minute, hour or day", PACE),
        "connections": Key("open at most so many at a time, in each worker", CONNECTIONS),
        "per_domain": Key(
            "a rate for the recipients of a domain and of those below it",
            Named("a domain", PACE, DOMAIN),
        ),
        "warm_up": Key("at most so many mails a day while receivers get to know it", WARM_UP),
        "fallback": Key("the transport that carries its mails while it rests", NAME),
    },
)

DKIM = Table(
    "dkim",
    "dkim",
    {
        "domain": Key("the domain that signs: that of from, or one above it", DOMAIN, required=True),
        "selector": Key(
            "the name of the key: its record is SELECTOR._domainkey.DOMAIN", SELECTOR, required=True
        ),
        "key": Key(
            "the private key, RSA or Ed25519: PEM from the environment, or a PEM file beside the campaigns",
            DKIM_KEY,
            required=True,
        ),
    },
)

RETENTION = Table(
    "retention",
    "retention",
    {
        "events": Key("the shop's own events, and what became of mails", DURATION),
        "messages": Key("mails that are over, with the tries to hand them over", DURATION),
        "stories": Key("what was decided about people, and who was refused", DURATION),
        "calls": Key("calls of webhooks that are over", DURATION),
    },
)

CREDIT = choice("credit", "What happened to a mail before a goal was reached.", tuple(Credit))
RESULTS = Table(
    "results",
    "results",
    {
        "credit": Key(
            "what makes a mail the one that led to a goal, the first that fits: clicked, opened, sent",
            ListOf(CREDIT, or_one=True),
        ),
    },
)

STOP_AT = Table(
    "stop_at",
    "stop_at",
    {
        "bounces": Key("of the mails, so many came back from dead addresses: 5%", OF_MAILS),
        "complaints": Key("so many were called spam: 0.3%", OF_MAILS),
        "render_failures": Key("so many letters could not be made: 1%", OF_MAILS),
        "at_least": Key("fewer mails than this say nothing: 100", ROWS),
    },
)
