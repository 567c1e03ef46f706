"""What the files on the server would change, and a button by which those who may make them live."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby

from starlette.responses import Response

from penfriend.bootstrap.plan_page import OtherFiles, PlanDesk, mark_of
from penfriend.domain.accounts.roles import Right
from penfriend.domain.changes import Change
from penfriend.domain.errors import CampaignFilesInvalid, GuardObjects, PenfriendError, StoreUnavailable
from penfriend.domain.plan import Objection, Plan
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

WAITS = 1.5
"""Seconds that a page waits for a plan, before it says that it is being worked out."""
RELOADS = 4
"""Seconds after which a page that waits looks again by itself, also without a script."""
KINDS = frozenset(
    {
        "campaign", "step", "segment", "topic", "survey", "brand", "webhook", "outgoing", "coupon",
        "transport", "source", "exchange rate", "policy", "data", "dkim", "retention", "results", "letter",
    }
)  # fmt: skip
GUARDS = frozenset({"confirm_above", "audience", "coupons", "unsubscribe"})
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class DayLine:
    """The next day of one campaign."""

    campaign: str
    at_once: int
    later: int
    mails: int
    without: int
    """Mails without the change."""


class PlanPage:
    """The page of `/plan`."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._plans = desk, PlanDesk(desk.house)

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("GET", "/plan", Right.PREVIEW, self.show),
            Route("POST", "/plan/anew", Right.PREVIEW, self.anew),
            Route("POST", "/plan/apply", Right.APPLY, self.apply),
        ]

    def show(self, ask: Ask) -> Response:
        """The plan, or that it is being worked out."""
        done = ask.request.query_params.get("done", "")
        number = self._desk.house.revision_number()
        return self._page(ask, done=number if done == str(number) else 0)

    def anew(self, _: Ask) -> Response:
        """Work it out once more."""
        self._plans.forget()
        return self._desk.to("/plan")

    def apply(self, ask: Ask) -> Response:
        """Make the files live that were looked at; past guards only what was said yes to."""
        form = ask.form
        revision = form.one("revision")
        known = revision.isascii() and revision.isdigit() and len(revision) <= _MOST_DIGITS
        past = form.one("past") if form.one("sure") == "yes" else ""
        try:
            if not known:
                raise OtherFiles("no revision is named")
            done = self._plans.apply(form.one("digest"), int(revision), past, ask.actor)
        except GuardObjects as objected:
            return self._page(ask, HTTPStatus.CONFLICT, objections=objected.objections)
        except OtherFiles:
            return self._page(ask, HTTPStatus.CONFLICT, fault="plan_other_files")
        except CampaignFilesInvalid:
            return self._page(ask, HTTPStatus.UNPROCESSABLE_ENTITY)
        except StoreUnavailable:
            raise
        except PenfriendError as error:
            return self._page(ask, HTTPStatus.UNPROCESSABLE_ENTITY, fault="plan_refused", why=str(error))
        if done.applied.note is not None:
            why = done.applied.note
            return self._page(ask, HTTPStatus.UNPROCESSABLE_ENTITY, fault="plan_refused", why=why)
        return self._desk.to(f"/plan?done={done.applied.revision}")

    def _page(
        self,
        ask: Ask,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        objections: Sequence[Objection] = (),
        fault: str = "",
        why: str = "",
        done: int = 0,
    ) -> Response:
        try:
            planned = self._plans.plan(WAITS)
        except StoreUnavailable:
            raise
        except PenfriendError as error:
            return self._desk.page(
                ask, "plan", HTTPStatus.UNPROCESSABLE_ENTITY, planned=None, fault="plan_unreadable",
                why=str(error), **_NOTHING, working=False, done=0,
            )  # fmt: skip
        plan = planned.plan if planned is not None else None
        page = self._desk.page(
            ask,
            "plan",
            status,
            planned=planned,
            working=planned is None,
            groups=[] if plan is None else list(_groups(plan.changes)),
            ahead=[] if plan is None else _day(plan),
            objections=objections or (plan.objections if plan else ()),
            asked=bool(objections),
            mark=mark_of(objections),
            guards=GUARDS,
            clause_of=clause_of,
            fault=fault,
            why=why,
            done=done,
        )
        if planned is None:
            page.headers["Refresh"] = f"{RELOADS}; url={self._desk.root}/plan"
        return page


_NOTHING: dict[str, object] = {
    "groups": [], "ahead": [], "objections": (), "asked": False, "mark": "", "guards": GUARDS,
}  # fmt: skip


def _groups(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes by what they are about: the key of the heading's text, and those below it."""
    for kind, together in groupby(sorted(changes, key=lambda one: _rank(one.kind)), key=lambda one: one.kind):
        known = kind.replace(" ", "_") if kind in KINDS else "other"
        yield f"plan_kind_{known}", list(together)


_CLAUSE = re.compile(r"was (?P<was>\S+)|(?:(?P<changed>[\w.]+) )?changed")


def clause_of(words: str) -> tuple[str, str]:
    """What a clause of a change says without a value, and of what: that something had another name, or that
    what takes too many words has changed; else empty, and the clause stands in the words of the files."""
    found = _CLAUSE.fullmatch(words)
    if found is None:
        return "", ""
    if found["was"]:
        return "was", found["was"]
    return ("changed_of", found["changed"]) if found["changed"] else ("changed", "")


_ORDER = ("campaign", "step", "segment", "letter", "policy")


def _rank(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind), "") if kind in _ORDER else (len(_ORDER), kind)


def _day(plan: Plan) -> list[DayLine]:
    ahead, live = plan.planned, plan.live
    names = dict.fromkeys((*ahead.at_once, *ahead.later, *ahead.mails, *live.mails))
    return [
        DayLine(
            name,
            ahead.at_once.get(name, 0),
            ahead.later.get(name, 0),
            ahead.mails.get(name, 0),
            live.mails.get(name, 0),
        )
        for name in sorted(names)
    ]
