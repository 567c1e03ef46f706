"""Asks what a batch of due messages depends on, and decides about each by `penfriend.domain.send_policy`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from penfriend.domain.asking import Answer, Holds, Question
from penfriend.domain.campaign import Send
from penfriend.domain.journey import ending
from penfriend.domain.outbox import DueMessage, SendBackground, Verdict
from penfriend.domain.ports import Asking
from penfriend.domain.reasons import End
from penfriend.domain.route import Route
from penfriend.domain.send_policy import Decision, SendNow, Situation, SkipIt, decide, rules_for
from penfriend.domain.standing import Ending, View
from penfriend.domain.timing import Moment
from penfriend.engine.live import Live


class Deciding:
    """Decides about messages, one SELECT for all of a campaign in a batch."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def decide(
        self,
        live: Live,
        group: Sequence[DueMessage],
        background: SendBackground,
        now: Moment,
        route_paused_until: Moment | None,
    ) -> tuple[list[DueMessage], list[Verdict]]:
        """Those that go now, in the order given, and the verdicts on the others."""
        going: set[int] = set()
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
                decision = self._decide(
                    live, route, message, background, answers[message.id], now, route_paused_until
                )
                if isinstance(decision, SendNow):
                    going.add(message.id)
                else:
                    verdicts.append(Verdict(message, decision))
        return [message for message in group if message.id in going], verdicts

    def _answers(
        self, route: Route, messages: Sequence[DueMessage], background: SendBackground, now: Moment
    ) -> dict[int, dict[Question, Answer]]:
        probes = [background.enrollments[message.enrollment].probe(now) for message in messages]
        found = self._asking.ask(route.questions, probes)
        return {
            message.id: dict(zip(route.questions, answers, strict=True))
            for message, answers in zip(messages, found, strict=True)
        }

    @staticmethod
    def _decide(
        live: Live,
        route: Route,
        message: DueMessage,
        background: SendBackground,
        answers: dict[Question, Answer],
        now: Moment,
        route_paused_until: Moment | None,
    ) -> Decision:
        ended = background.ended.get(message.enrollment)
        if ended is not None:
            return SkipIt(ended, "the enrollment had ended")
        step = route.steps.get(message.step)
        if not isinstance(step, Send):
            return SkipIt(End.CAMPAIGN_REMOVED.value, "the step is no longer in the campaign")
        enrollment, contact = background.enrollments[message.enrollment], background.contacts[message.contact]
        view = View(now=now, entered_at=enrollment.entered_at, contact=contact, answers=answers)
        end: Ending | None = ending(route, view, message.wanted_at)
        return decide(
            Situation(
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
                campaign_paused=not route.campaign.active,
                route_paused_until=route_paused_until,
            )
        )
