"""Brands, rates, webhooks, coupons, transports, DKIM, surveys, and the keys of policy and campaigns."""

from __future__ import annotations

from decimal import Decimal

from penfriend.domain.definitions import Coupon, Webhook
from penfriend.domain.dkim import Dkim
from penfriend.domain.outgoing import Kind
from penfriend.domain.pacing import Rate
from penfriend.domain.results import Credit, Results
from penfriend.domain.retention import Retention
from penfriend.domain.timing import MINUTE, Duration, Unit
from penfriend.domain.transport_plan import TransportPlan, WarmUp
from penfriend.domain.utm import Utm
from penfriend.language import load
from tests.unit.language.support import HEAD, campaign, defined


def test_a_further_brand_is_as_the_brand_where_it_says_nothing() -> None:
    found = defined("brands: {oaklings: {name: Oaklings, from: Oaklings <o@shop.example>}}\n")
    oaklings = found.brands["oaklings"]
    assert (oaklings.name, oaklings.sender) == ("Oaklings", "Oaklings <o@shop.example>")
    assert (oaklings.address, oaklings.timezone) == (found.brand.address, found.brand.timezone)


def test_what_links_carry_is_said_key_by_key_and_can_be_taken_away() -> None:
    head = """brand: {name: A, utm: {source: news, campaign: "{{ campaign }} now", content: none}}
brands: {same: {}, other: {utm: {source: oak}}, quiet: {utm: none}}
"""
    found = load({"c.yaml": head}, "c.yaml", {}, None).definitions
    assert found is not None
    own = Utm("news", "email", "{{ campaign }} now", "", "")
    assert found.brand.utm == own
    assert {name: brand.utm for name, brand in found.brands.items()} == {
        "same": own,
        "other": Utm("oak", "email", "{{ campaign }} now", "", ""),
        "quiet": None,
    }
    assert defined("").brand.utm is None


def test_the_rates_are_exact() -> None:
    found = defined("exchange_rates: {TRY: 0.018, PLN: 0.23}\n")
    assert found.exchange_rates == {"TRY": Decimal("0.018"), "PLN": Decimal("0.23")}


def test_a_webhook_keeps_its_secret_from_being_shown() -> None:
    text = 'webhooks: {care: {url: "https://care.shop.example/hooks?to=1", secret: "${CARE}"}}\n'
    found = load({"c.yaml": HEAD + text}, "c.yaml", {"CARE": "whsec_" + "a" * 32}, None).definitions
    assert found is not None
    assert found.webhooks == {
        "care": Webhook("care", "https://care.shop.example/hooks?to=1", "whsec_" + "a" * 32)
    }
    assert "whsec" not in str(found.webhooks)


def test_outgoing_is_told_of_what_it_names_or_of_all() -> None:
    where = 'url: "https://crm.shop.example/hooks", secret: "${CRM}"'
    rest = f"b: {{{where}, on: [survey, consent, survey]}}, c: {{{where}, on: message}}"
    text = f"outgoing: {{a: {{{where}}}, {rest}}}"
    found = load({"c.yaml": HEAD + text}, "c.yaml", {"CRM": "sesame"}, None).definitions
    assert found is not None
    assert {name: one.on for name, one in found.outgoing.items()} == {
        "a": (Kind.MESSAGE, Kind.ENROLLMENT, Kind.CONSENT, Kind.SURVEY),
        "b": (Kind.CONSENT, Kind.SURVEY),
        "c": (Kind.MESSAGE,),
    }
    assert {(one.url, one.secret) for one in found.outgoing.values()} == {
        ("https://crm.shop.example/hooks", "sesame")
    }
    assert "sesame" not in str(found.outgoing)


def test_coupons_come_from_a_file_or_are_one_code() -> None:
    found = defined("coupons: {a: {from: codes/a.csv, warn_below: 500, was: old}, b: {code: SPRING10}}\n")
    assert found.coupons == {
        "a": Coupon("a", file="codes/a.csv", warn_below=500, was="old"),
        "b": Coupon("b", code="SPRING10"),
    }
    place = found.coupons["a"].place
    assert place is not None
    assert (place.line, place.column) == (3, 21)


def test_a_transport_is_asked_about_where_it_is_known_how() -> None:
    text = HEAD + "transports: {ses: {url: smtp://mail.shop.example}, bad: {url: 'smtp:'}}\n"

    def check(url: str) -> str | None:
        return None if "//" in url else "there is no host"

    found = load({"c.yaml": text}, "c.yaml", {}, None, check_transport=check)
    assert [str(problem) for problem in found.problems] == ["c.yaml:3:63: there is no host."]
    assert defined("transports: {ses: {url: smtp://mail.shop.example}}\n").transports == {
        "ses": TransportPlan(name="ses", url="smtp://mail.shop.example")
    }


def test_a_transport_has_a_pace_a_warm_up_and_one_that_stands_in() -> None:
    plans = defined(
        "transports:\n"
        "  default: {fallback: bulk}\n"
        "  bulk: {url: 'smtp://bulk.example?tls=require', rate: 50 per second, connections: 4,\n"
        "    per_domain: {Gmail.com: 10 per minute}, warm_up: {start: 500, grow: 1.5, until: 50000}}\n"
    ).transports
    assert plans == {
        "default": TransportPlan(name="default", fallback="bulk"),
        "bulk": TransportPlan(
            name="bulk",
            url="smtp://bulk.example?tls=require",
            rate=Rate(50),
            connections=4,
            per_domain={"gmail.com": Rate(10, MINUTE)},
            warm_up=WarmUp(500, 1.5, 50_000),
        ),
    }


def test_connections_that_the_address_cannot_have_are_told_where_they_stand() -> None:
    text = HEAD + "transports: {box: {url: 'file:out', connections: 4}}\n"

    def check(url: str) -> str | None:
        return "file: has no option 'connections'" if "connections" in url else None

    found = load({"c.yaml": text}, "c.yaml", {}, None, check_transport=check)
    assert [str(problem) for problem in found.problems] == ["c.yaml:3:50: file: has no option 'connections'."]


def test_a_choice_is_scored_by_the_number_of_its_option() -> None:
    survey = defined(
        "surveys: {s: {type: choice, question: How?, options: [well, {en: badly, tr: kötü}]}}\n"
    ).surveys["s"]
    assert survey.options == ("well", {"en": "badly", "tr": "kötü"})
    assert list(survey.scores) == [1, 2]


def test_holdout_and_confirm_above() -> None:
    policy = defined(
        "policy: {holdout: 5%, confirm_above: 1000, when: [{if: {contact.country: TR}, holdout: 0%}]}\n"
    ).policy
    assert (policy.holdout, policy.confirm_above) == (5.0, 1000)
    assert policy.when[0].policy.holdout == 0.0


def test_a_campaign_has_a_brand_and_a_way_out_and_can_be_paused() -> None:
    more = "brands: {oaklings: {name: Oaklings}}\ntransports: {ses: {url: smtp://mail.shop.example}}\n"
    found = campaign("active: no, brand: oaklings, transport: ses, was: old,", more=more)
    assert (found.active, found.brand, found.transport, found.was) == (False, "oaklings", "ses", "old")
    usual = campaign("transport: default,")
    assert (usual.active, usual.brand, usual.transport, usual.was) == (True, None, None, None)


def test_topics_and_segments_say_what_they_were_called() -> None:
    found = defined("segments: {vip: {was: best, where: {contact.tier: gold}}}\n")
    assert found.segments["vip"].was == "best"
    head = "brand: {name: A}\ntopics: {offers: {title: Offers, was: deals}}\n"
    loaded = load({"c.yaml": head}, "c.yaml", {}, None).definitions
    assert loaded is not None
    assert loaded.topics["offers"].was == "deals"


def test_keys_that_sign_are_one_or_several_and_are_not_shown() -> None:
    one = defined("dkim: {domain: Bücher.example, selector: spring-2026, key: keys/dkim.pem}\n").dkim
    assert one == (Dkim("xn--bcher-kva.example", "spring-2026", "keys/dkim.pem"),)
    two = '{domain: a.example, selector: s, key: "${KEY}"}, {domain: b.example, selector: s, key: k.pem}'
    text = f"{HEAD}dkim: [{two}]\n"
    pem = "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----"
    found = load({"c.yaml": text}, "c.yaml", {"KEY": pem}, None)
    assert found.problems == ()
    assert found.definitions is not None
    first, second = found.definitions.dkim
    assert first.key == "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"
    assert (first.file, second.file) == (None, "k.pem")
    assert "MIIE" not in repr(found.definitions.dkim)


def test_a_goal_is_credited_by_what_the_file_names_in_its_order() -> None:
    assert defined("").results == Results((Credit.CLICKED, Credit.OPENED, Credit.SENT))
    assert defined("results: {credit: [sent, clicked]}\n").results.credit == (Credit.SENT, Credit.CLICKED)
    assert defined("results: {credit: opened}\n").results.credit == (Credit.OPENED,)


def test_nothing_is_deleted_unless_it_is_said() -> None:
    assert defined("").retention == Retention()
    found = defined("retention: {events: 3 years, messages: 24 months}\n").retention
    assert list(found.said) == [("events", Duration(3, Unit.YEARS)), ("messages", Duration(24, Unit.MONTHS))]


def test_messages_are_kept_as_long_as_a_campaign_counts_them() -> None:
    text = (
        "retention: {messages: 40 days}\n"
        "campaigns: {c: {topic: offers, policy: {at_most: 9 per 50 days}, trigger: {event: order_placed},"
        " steps: [{send: a/b}]}}\n"
    )
    found = [str(problem) for problem in load({"c.yaml": HEAD + text}, "c.yaml", {}, None).problems]
    assert found == [
        "c.yaml:3:23: at_most counts the mails of 50 days, so messages are kept for that long at least."
    ]


def test_keys_of_several_files_all_sign() -> None:
    first = HEAD + "include: [more.yaml]\ndkim: {domain: a.example, selector: s, key: a.pem}\n"
    more = "dkim: [{domain: b.example, selector: s, key: b.pem}]\n"
    found = load({"c.yaml": first, "more.yaml": more}, "c.yaml", {}, None)
    assert found.problems == ()
    assert found.definitions is not None
    assert [one.domain for one in found.definitions.dkim] == ["a.example", "b.example"]
