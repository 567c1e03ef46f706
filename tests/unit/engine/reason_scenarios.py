"""What leads to each reason of the closed lists: a scenario over the engine for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from enum import StrEnum

from sqlalchemy import insert, select

from penfriend.domain.campaign import (
    Campaign,
    EventHappening,
    EventTrigger,
    Exit,
    ExitWord,
    Goal,
    IfHappening,
    Policy,
    SegmentTrigger,
    WaitFor,
)
from penfriend.domain.contact import address_hash
from penfriend.domain.definitions import Coupon
from penfriend.domain.gap import Gap, NoGap
from penfriend.domain.reasons import End, NotEntered, Postponed, Skip
from penfriend.domain.segment import ALWAYS, Op, Segment
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, HOUR, Cap, Duration, Moment, Unit
from penfriend.engine.live import Live
from penfriend.storage import tables as t
from penfriend.storage.erasing import erase
from penfriend.storage.looks_store import LookStore
from tests.contract.shop_world import named
from tests.support.mail_pieces import LETTER, NO_POLICY, NO_SUCH_USER, NOON, ROUTE_DOWN, campaign, with_id
from tests.support.mail_world import World

GOLD = FieldTest(named("contact.tier"), Op.EQUAL, "gold")
ORDERED = EventHappening("order_placed")
PAUSE = WaitFor(id="pause", duration=Duration(2, Unit.DAYS))
SEGMENTS = {"everybody": Segment("everybody", ALWAYS), "golden": Segment("golden", GOLD)}


# -- what happens


def run(world: World, *campaigns: Campaign, policy: Policy = NO_POLICY, since: int = NOON - 9 * DAY) -> None:
    """These campaigns are live, and active since then."""
    live = world.run(*campaigns, policy=policy)
    definitions = replace(live.definitions, segments=SEGMENTS)
    world.live = Live.of(1, definitions, world.renderer, "store")
    LookStore(world.db).activate(definitions, 1, Moment(since))


def come(world: World, contact: int, at: int = NOON) -> None:
    """The contact's event has come, and a look has been taken."""
    world.event(contact, "signed_up", Moment(at))
    with world.db.write() as connection:
        event = connection.execute(select(t.events.c.id).order_by(t.events.c.id.desc()).limit(1)).scalar()
        connection.execute(insert(t.touched).values(contact_id=contact, event_id=event, at=at))
    LookStore(world.db).look(world.live.definitions, 1, NOON)


def walk(world: World, *steps: object, **more: object) -> int:
    """Somebody is in a campaign of these steps and stands at the first; who."""
    run(world, campaign(*steps, **more))  # type: ignore[arg-type]  # steps
    contact = world.contact(tier="gold")
    world.enroll(contact)
    world.advance()
    return contact


def not_consented(world: World) -> None:
    run(world, campaign(LETTER))
    come(world, world.contact(topics=()))


def suppressed_at_the_door(world: World) -> None:
    run(world, campaign(LETTER))
    address = address_hash("ann@shop.example")
    with world.db.write() as connection:
        connection.execute(insert(t.suppressions).values(email_hash=address, reason="complained", at=0))
    come(world, world.contact())


def noted(world: World) -> None:
    world.contact()
    run(world, campaign(LETTER, trigger=SegmentTrigger("everybody")))


def too_late_to_enter(world: World) -> None:
    run(world, campaign(LETTER))
    come(world, world.contact(), NOON - 3 * DAY)


def inside(world: World, ended: bool = False) -> None:
    run(world, campaign(LETTER))
    contact = world.contact()
    come(world, contact)
    if ended:
        world.settle()
    come(world, contact)


def false_at_the_door(world: World) -> None:
    run(world, campaign(LETTER, trigger=EventTrigger("signed_up", condition=GOLD)))
    come(world, world.contact())


def completed(world: World) -> None:
    walk(world, LETTER)
    world.settle()


def goal(world: World) -> None:
    contact = walk(world, PAUSE, goal=Goal((ORDERED,)))
    world.event(contact, "order_placed", world.later(HOUR))
    world.advance()


def left_segment(world: World) -> None:
    leaving = {"trigger": SegmentTrigger("golden"), "exit_on": (ExitWord.LEFT_SEGMENT,)}
    world.touch(walk(world, PAUSE, **leaving), tier=None)
    world.advance()


def exit_event(world: World) -> None:
    contact = walk(world, PAUSE, exit_on=(ORDERED,))
    world.event(contact, "order_placed", world.later(HOUR))
    world.advance()


def exit_condition(world: World) -> None:
    walk(world, PAUSE, exit_on=(IfHappening(GOLD),))


def exit_step(world: World) -> None:
    walk(world, Exit(id="exit"))


def unsubscribed(world: World) -> None:
    world.unsubscribe(walk(world, PAUSE))
    world.advance()


def suppressed(world: World) -> None:
    walk(world, LETTER, with_id(LETTER, "second"))
    world.memory.answer_with([NO_SUCH_USER])
    world.settle()


def campaign_removed(world: World) -> None:
    walk(world, PAUSE)
    run(world, since=NOON)


def only_if(world: World) -> None:
    walk(world, replace(LETTER, only_if=FieldTest(named("contact.tier"), Op.EQUAL, "silver")))
    world.send()


def too_late(world: World) -> None:
    walk(world, LETTER)
    world.later(2 * DAY)
    world.send()


def invalid_address(world: World) -> None:
    world.touch(walk(world, LETTER), email=None, email_hash=None)
    world.send()


def render_failed(world: World) -> None:
    world.renderer.broken.add("hello")
    walk(world, LETTER)
    world.send()


def outside_window(world: World) -> None:
    walk(world, LETTER, policy=Policy(send_window_hours=(time(20), time(21))))
    world.send()


def frequency_cap(world: World) -> None:
    walk(world, LETTER, policy=Policy(at_most=(Cap(0, Duration(1, Unit.DAYS)),)))
    world.send()


def rate_limit(world: World) -> None:
    world.pace = 1
    walk(world, LETTER)
    world.person("bob")
    world.advance()
    world.send()


def provider_paused(world: World) -> None:
    walk(world, LETTER)
    world.memory.answer_with([ROUTE_DOWN])
    world.send()


def no_coupon(world: World) -> None:
    walk(world, replace(LETTER, coupon="tea"))  # whose file has no codes
    world.live.definitions.coupons["tea"] = Coupon("tea", file="tea.csv")  # type: ignore[index]
    world.send()


def unconfirmed(world: World) -> None:
    walk(world, LETTER)
    world.gaps = NoGap()
    world.gaps.gap = Gap(since=NOON, until=Moment(NOON + HOUR), found_at=Moment(NOON + 2 * HOUR))
    world.send()


def campaign_paused(world: World) -> None:
    walk(world, LETTER)
    pause(world)
    world.send()


def paused_at_the_door(world: World) -> None:
    run(world, campaign(LETTER))
    pause(world)
    come(world, world.contact())


def pause(world: World) -> None:
    """The campaign, active until now, is paused."""
    run(world, campaign(LETTER, active=False), since=NOON - DAY)


def erased(world: World) -> None:
    contact = walk(world, PAUSE)
    with world.db.write() as connection:
        erase(connection, contact, NOON, None)


def contact_paused(world: World) -> None:
    world.touch(walk(world, LETTER), paused_until=NOON + DAY)
    world.send()


def holdout(world: World) -> None:
    walk(world, LETTER, goal=Goal((ORDERED,)), policy=Policy(holdout=100))


REACHED: dict[type[StrEnum], dict[StrEnum, Callable[[World], None]]] = {
    NotEntered: {
        NotEntered.NOT_CONSENTED: not_consented,
        NotEntered.SUPPRESSED: suppressed_at_the_door,
        NotEntered.NOTED: noted,
        NotEntered.TOO_LATE: too_late_to_enter,
        NotEntered.TOO_SOON: lambda world: inside(world, ended=True),
        NotEntered.INSIDE: inside,
        NotEntered.CONDITION_FALSE: false_at_the_door,
        NotEntered.CAMPAIGN_PAUSED: paused_at_the_door,
    },
    End: {
        End.COMPLETED: completed,
        End.GOAL: goal,
        End.LEFT_SEGMENT: left_segment,
        End.EXIT_EVENT: exit_event,
        End.EXIT_CONDITION: exit_condition,
        End.EXIT_STEP: exit_step,
        End.UNSUBSCRIBED: unsubscribed,
        End.SUPPRESSED: suppressed,
        End.CAMPAIGN_REMOVED: campaign_removed,
        End.HOLDOUT: holdout,
        End.ERASED: erased,
    },
    Skip: {
        Skip.CONDITION_FALSE: only_if,
        Skip.TOO_LATE: too_late,
        Skip.INVALID_ADDRESS: invalid_address,
        Skip.RENDER_FAILED: render_failed,
    },
    Postponed: {
        Postponed.OUTSIDE_WINDOW: outside_window,
        Postponed.FREQUENCY_CAP: frequency_cap,
        Postponed.RATE_LIMIT: rate_limit,
        Postponed.PROVIDER_PAUSED: provider_paused,
        Postponed.NO_COUPON: no_coupon,
        Postponed.CAMPAIGN_PAUSED: campaign_paused,
        Postponed.CONTACT_PAUSED: contact_paused,
        Postponed.UNCONFIRMED: unconfirmed,
    },
}
