"""Follows the links of mails: shows the choice, and takes it through the one ingestion path.

Looking changes nothing. A change is an event (`unsubscribed`, `subscribed`, `survey_answered`) whose id
follows from what it changes, so that the same form sent twice at once is one change. None as an answer means
that the token is good for nothing: the uniform 404.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence

from penfriend.domain.errors import EventRefused, RevisionUnusable
from penfriend.domain.events import EventIn, Json
from penfriend.domain.ingestion import Answer, Own, Refused
from penfriend.domain.ports import Clock
from penfriend.domain.tokens import Claim, Purpose
from penfriend.domain.visits import (
    LONGEST_COMMENT,
    ConfirmPage,
    Fault,
    GonePage,
    LeavePage,
    LetterPage,
    PreferencesPage,
    Setting,
    SurveyPage,
    Tokens,
    TopicChoices,
    VisitStore,
)
from penfriend.engine.live import Live, Revisions
from penfriend.engine.visit import (
    Visit,
    asked_topics,
    letter_html,
    preferences_page,
    proof,
    setting_of,
    survey_page,
    text_version,
    tidy_comment,
    wishes,
)

log = logging.getLogger("penfriend.visits")

Change = tuple[EventIn, Own]
Ingest = Callable[[Sequence[Change]], Sequence[Answer]]
"""The one way in for events, `penfriend.engine.ingest.Ingester.ingest_own`; one answer for each."""


class Visits:
    """The use cases of the pages. `live` gives the live revision; it may be another at each visit.
    `revisions` gives earlier ones, which have made the mails."""

    def __init__(
        self,
        store: VisitStore,
        ingest: Ingest,
        live: Callable[[], Live],
        revisions: Revisions,
        clock: Clock,
        tokens: Tokens,
    ) -> None:
        self._store, self._ingest, self._live, self._clock, self._tokens = store, ingest, live, clock, tokens
        self._revisions = revisions

    def setting(self) -> Setting:
        """What a page shows that is nobody's: a wrong token, a fault."""
        return setting_of(self._live().definitions, None)

    def leave_page(self, token: str) -> LeavePage | None:
        """Which topic would be left."""
        visit = self._visit(token, Purpose.UNSUBSCRIBE)
        return self._leave_page(visit) if visit else None

    def leave(self, token: str) -> LeavePage | None:
        """Leave the mail's topic at once; everything, where that topic is no longer known.

        Raises StoreUnavailable, EventRefused.
        """
        visit = self._visit(token, Purpose.UNSUBSCRIBE)
        if visit is None:
            return None
        found = visit.visitor.agreements.get(visit.topic or "")
        if visit.topic is None:
            self._leave_all(visit, "unsubscribe link")
        elif found is None or found.subscribed or found.requested:
            self._change([self._consent(visit, "unsubscribed", visit.topic, "unsubscribe link")])
        return self._leave_page(self._again(visit))

    def topics_page(self, token: str) -> PreferencesPage | None:
        """All topics, ticked where subscribed."""
        visit = self._visit(token, Purpose.PREFERENCES)
        return preferences_page(visit, self._clock.now()) if visit else None

    def choose(self, token: str, choices: TopicChoices) -> PreferencesPage | None:
        """Subscribe and unsubscribe what differs from now. Raises StoreUnavailable, EventRefused."""
        visit = self._visit(token, Purpose.PREFERENCES)
        if visit is None:
            return None
        if choices.leave_all:
            self._leave_all(visit, "preference page")
        else:
            self._change([*self._topics_changed(visit, choices), *self._wishes(visit, choices)])
        return preferences_page(self._again(visit), self._clock.now(), saved=True)

    def _topics_changed(self, visit: Visit, choices: TopicChoices) -> list[Change]:
        return [
            self._consent(
                visit, "unsubscribed" if topic.subscribed else "subscribed", topic.name, "preference page"
            )
            for topic in visit.topics
            if choices.pause is None  # whose button stands in a form of its own
            and topic.name in choices.shown
            and (topic.name in choices.wanted) != topic.subscribed
        ]

    def _wishes(self, visit: Visit, choices: TopicChoices) -> list[Change]:
        said = wishes(visit, choices, self._clock.now())
        what = (visit.visitor.said_at, *((name, choices.pause or said[name]) for name in sorted(said)))
        return [self._event(visit, "contact_updated", said, what)] if said else []

    def survey_page(self, token: str) -> SurveyPage | GonePage | None:
        """The survey, with the token's score chosen."""
        visit = self._visit(token, Purpose.SURVEY)
        if visit is None:
            return None
        survey = visit.survey
        if survey is None:
            return self._gone(visit, survey=True)
        before = visit.visitor.answers.get(survey.name)
        chosen = visit.claim.value if visit.claim.value in survey.scores else None
        return survey_page(visit, survey, chosen, (before.comment or "") if before else "")

    def answer(self, token: str, score: int | None, comment: str) -> SurveyPage | GonePage | None:
        """Store the answer in place of an earlier one; `fault` of the page says what was wrong with it.

        Raises StoreUnavailable, EventRefused.
        """
        visit = self._visit(token, Purpose.SURVEY)
        if visit is None:
            return None
        survey = visit.survey
        if survey is None:
            return self._gone(visit, survey=True)
        comment = tidy_comment(comment)
        if score not in survey.scores:
            return survey_page(visit, survey, None, comment, fault=Fault.SCORE)
        if len(comment) > LONGEST_COMMENT:
            return survey_page(visit, survey, score, comment, fault=Fault.COMMENT)
        before = visit.visitor.answers.get(survey.name)
        if before is None or (before.score, before.comment or "") != (score, comment):
            said: dict[str, Json] = {
                "survey": survey.name,
                "score": score,
                **({"comment": comment} if comment else {}),
            }
            since = before.at if before else None
            self._change([self._event(visit, "survey_answered", said, (survey.name, score, comment, since))])
        return survey_page(self._again(visit), survey, score, comment, stored=True)

    def confirm_page(self, token: str) -> ConfirmPage | None:
        """What would be confirmed."""
        visit = self._visit(token, Purpose.CONFIRM)
        return self._confirm_page(visit, asked_topics(visit)) if visit else None

    def confirm(self, token: str) -> ConfirmPage | None:
        """Subscribe the topic that was asked for. Raises StoreUnavailable, EventRefused."""
        visit = self._visit(token, Purpose.CONFIRM)
        if visit is None:
            return None
        asked = asked_topics(visit)
        self._change(
            [
                self._consent(visit, "subscribed", topic, "confirmation link")
                for topic in asked
                if not visit.visitor.is_subscribed(topic)
            ],
        )
        return self._confirm_page(self._again(visit), asked)

    def letter_for_view(self, token: str) -> LetterPage | GonePage | None:
        """The mail as it was mailed: made again of its frozen facts by the revision that made it."""
        visit = self._visit(token, Purpose.VIEW)
        if visit is None:
            return None
        html = self._letter_html(visit)
        return LetterPage(setting=visit.setting, html=html) if html else self._gone(visit, survey=False)

    def _letter_html(self, visit: Visit) -> str | None:
        """None where the letter was never mailed or cannot be made any more."""
        mail = visit.visitor.mail
        frozen = self._store.frozen_facts(mail.id) if mail else None
        if mail is None or frozen is None:
            return None
        try:
            maker = visit.live if mail.revision == visit.live.revision else self._revisions(mail.revision)
        except RevisionUnusable as unusable:
            log.warning("mail %s cannot be shown: %s", mail.id, unusable)
            return None
        return letter_html(visit, mail, maker, frozen)

    def _visit(self, token: str, purpose: Purpose) -> Visit | None:
        claim = self._tokens.read(token, purpose)
        visitor = self._store.visitor(claim.contact, claim.message) if claim else None
        return Visit(claim, visitor, self._live()) if claim and visitor else None

    def _again(self, visit: Visit) -> Visit:
        """The same visit as it stands after a change."""
        visitor = self._store.visitor(visit.visitor.contact, visit.claim.message)
        return Visit(visit.claim, visitor or visit.visitor, visit.live)

    def _leave_all(self, visit: Visit, way: str) -> None:
        agreements = visit.visitor.agreements.values()
        if any(found.subscribed or found.requested for found in agreements):
            newest = max(found.at for found in agreements)
            said = self._record(visit, way)
            self._change([self._event(visit, "unsubscribed", said, ("*", newest))])

    def _consent(self, visit: Visit, name: str, topic: str, way: str) -> Change:
        found = visit.visitor.agreements.get(topic)
        said = {"topic": topic, **self._record(visit, way)}
        return self._event(visit, name, said, (topic, found.at if found else None))

    @staticmethod
    def _record(visit: Visit, way: str) -> dict[str, Json]:
        """What a consent keeps of how it was given."""
        return {"source": way, "proof": proof(visit, way), "text_version": text_version(visit)}

    def _event(self, visit: Visit, name: str, said: Mapping[str, Json], state: tuple[object, ...]) -> Change:
        """`state` is what is left behind: the same change of the same state has the same id."""
        contact, mail = visit.visitor.contact, visit.visitor.mail
        whole = repr((name, contact, mail.enrollment if mail and name == "survey_answered" else None, *state))
        event = EventIn(
            name=name,
            contact=None,
            email=None,
            at=self._clock.now(),
            properties=said,
            id=f"visit-{hashlib.sha256(whole.encode()).hexdigest()[:40]}",
        )
        return event, Own(contact, mail.enrollment if mail else None, mail.id if mail else None)

    def _change(self, changes: Sequence[Change]) -> None:
        """Raises EventRefused where a change is not taken, StoreUnavailable."""
        for answer in self._ingest(changes) if changes else ():
            # a conflict is the same form sent twice at once: the other one made the change
            if isinstance(answer, Refused) and not answer.conflict:
                raise EventRefused(answer.reason)

    def _preference_token(self, visit: Visit) -> str:
        return self._tokens.sign(Claim(Purpose.PREFERENCES, visit.visitor.contact, visit.claim.message))

    def _leave_page(self, visit: Visit) -> LeavePage:
        left = not any(topic.subscribed for topic in visit.topics)
        if visit.topic is not None:
            left = not visit.visitor.is_subscribed(visit.topic)
        return LeavePage(
            setting=visit.setting,
            topic=visit.choice(visit.topic) if visit.topic else None,
            topics=visit.topics,
            left=left,
            preferences=self._preference_token(visit),
        )

    def _confirm_page(self, visit: Visit, asked: Sequence[str]) -> ConfirmPage:
        topics = tuple(visit.choice(name) for name in asked)
        return ConfirmPage(
            setting=visit.setting,
            topics=topics,
            done=all(topic.subscribed for topic in topics),
            preferences=self._preference_token(visit),
        )

    def _gone(self, visit: Visit, *, survey: bool) -> GonePage:
        return GonePage(setting=visit.setting, survey=survey, preferences=self._preference_token(visit))
