"""Asks what a batch of due messages depends on, and decides about each by `penfriend.domain.send_policy`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from penfriend.domain.asking import Answer, Holds, Question
from penfriend.domain.campaign import SegmentTrigger, Send, Trigger
from penfriend.domain.coupons import Coupons
from penfriend.domain.destination import Rests
from penfriend.domain.gap import Gaps, NoGap
from penfriend.domain.journey import ending
from penfriend.domain.outbox import DueMessage, SendBackground, Verdict
from penfriend.domain.ports import Asking
from penfriend.domain.reasons import End
from penfriend.domain.route import Route
from penfriend.domain.send_policy import SendNow, Situation, SkipIt, decide, rules_for, without_coupon
from penfriend.domain.standing import Ending, View
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live

log = logging.getLogger("penfriend.send")


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a group."""

    going: list[DueMessage]
    """Those that go now, in the order given."""
    verdicts: list[Verdict]
    """On the others."""
    codes: Mapping[int, str]
    """The coupon code in each of those that go with one, by message id."""


class Deciding:
    """Decides about messages, one SELECT for all of a campaign in a batch."""

    def __init__(self, asking: Asking, coupons: Coupons, gaps: Gaps | None = None) -> None:
        self._asking, self._coupons, self._gaps = asking, coupons, gaps or NoGap()

    def decide(
        self,
        live: Live,
        group: Sequence[DueMessage],
        background: SendBackground,
        now: Moment,
        rests: Rests,
    ) -> Decided:
        """What happens to each. A code is given, and on record, before the letter is made."""
        going: dict[int, Situation] = {}
        in_gap = self._in_gap(live, group, background)
        verdicts: list[Verdict] = []
        for name, part in groupby(
            sorted(group, key=lambda message: message.campaign), key=lambda message: message.campaign
        ):
            messages = list(part)
            route = live.routes.get(name)
            if route is None:
                verdicts += [Verdict(message, SkipIt(End.CAMPAIGN_REMOVED.value)) for message in messages]
                continue
            answers = self._answers(route, messages, background, now)
            for message in messages:
                found = _situation(live, route, message, background, answers[message.id], now, rests)
                if message.id in in_gap and isinstance(found, Situation):
                    found = replace(found, gap=self._gaps.gap)
                decision = found if isinstance(found, SkipIt) else decide(found)
                if not isinstance(decision, SendNow):
                    verdicts.append(Verdict(message, decision))
                elif isinstance(found, Situation):
                    going[message.id] = found
        ready = [message for message in group if message.id in going]
        codes, without = self._give_codes(live, ready, now)
        verdicts += [Verdict(message, without_coupon(going[message.id])) for message in without]
        missing = {message.id for message in without}
        return Decided([message for message in ready if message.id not in missing], verdicts, codes)

    def _in_gap(self, live: Live, group: Sequence[DueMessage], background: SendBackground) -> set[int]:
        """Those that fell due in the gap of a restored backup, or may owe their joining to what was brought
        in again since."""
        gap = self._gaps.gap
        if gap is None:
            return set()
        fell = {one.id for one in group if gap.fell_due(one.wanted_at, one.due_at, one.held_by)}
        joined = [
            one
            for one in group
            if one.id not in fell
            and isinstance(_trigger(live, one), SegmentTrigger)
            and gap.may_be_old_news(background.enrollments[one.enrollment].entered_at, one.wanted_at)
        ]
        again = self._gaps.brought_again([one.contact for one in joined])
        return fell | {one.id for one in joined if one.contact in again}

    def _give_codes(
        self, live: Live, ready: Sequence[DueMessage], now: Moment
    ) -> tuple[dict[int, str], list[DueMessage]]:
        """The codes by message id, and those for which none is left. A copy has the one that it had."""
        wanting: dict[str, list[DueMessage]] = {}
        for message in ready:
            step = live.send_step(message.campaign, message.step)
            if step is not None and step.coupon is not None and not message.in_doubt:
                wanting.setdefault(step.coupon, []).append(message)
        codes: dict[int, str] = {}
        without: list[DueMessage] = []
        for name, messages in wanting.items():
            same = live.definitions.coupons[name].code
            given = (
                self._coupons.give(name, [message.enrollment for message in messages], now)
                if same is None
                else dict.fromkeys((message.enrollment for message in messages), same)
            )
            codes |= {m.id: given[m.enrollment] for m in messages if m.enrollment in given}
            lacking = [message for message in messages if message.enrollment not in given]
            if lacking:
                log.warning("coupon %s: no code is left, %s mails wait for more", name, len(lacking))
            without += lacking
        return codes, without

    def _answers(
        self, route: Route, messages: Sequence[DueMessage], background: SendBackground, now: Moment
    ) -> dict[int, dict[Question, Answer]]:
        probes = [background.enrollments[message.enrollment].probe(now) for message in messages]
        found = self._asking.ask(route.questions, probes)
        return {
            message.id: dict(zip(route.questions, answers, strict=True))
            for message, answers in zip(messages, found, strict=True)
        }


def _trigger(live: Live, message: DueMessage) -> Trigger | None:
    campaign = live.definitions.campaigns.get(message.campaign)
    return None if campaign is None else campaign.trigger


def _situation(
    live: Live,
    route: Route,
    message: DueMessage,
    background: SendBackground,
    answers: dict[Question, Answer],
    now: Moment,
    rests: Rests,
) -> Situation | SkipIt:
    ended = background.ended.get(message.enrollment)
    if ended is not None:
        return SkipIt(ended, "the enrollment had ended")
    step = route.steps.get(message.step)
    if not isinstance(step, Send):
        return SkipIt(End.CAMPAIGN_REMOVED.value, "the step is no longer in the campaign")
    enrollment, contact = background.enrollments[message.enrollment], background.contacts[message.contact]
    view = View(now=now, entered_at=enrollment.entered_at, contact=contact, answers=answers)
    end: Ending | None = ending(route, view, message.wanted_at)
    return Situation(
        now=now,
        contact=contact,
        transactional=message.transactional,
        wanted_at=message.wanted_at,
        rules=rules_for(
            route.campaign, live.definitions.policy, lambda condition: view.holds(Holds(condition))
        ),
        ending=end,
        only_if=step.only_if is None or view.holds(Holds(step.only_if)),
        recent=background.recent.get(message.contact, ()),
        held_by=message.held_by,
        answer=message.answer,
        campaign_paused=not route.campaign.runs or message.campaign in background.stopped,
        route_paused_until=rests.route_until,
        destination=message.domain,
        destination_rests_until=rests.until(message.domain, now),
    )
