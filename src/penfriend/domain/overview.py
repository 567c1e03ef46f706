"""What `status` and the table of the demo show: plain counts, in the words of the closed lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from penfriend.domain.coupons import CouponCounts
from penfriend.domain.destination import Rest
from penfriend.domain.retention import Pass
from penfriend.domain.sources import ReadState
from penfriend.domain.stops import Stopped
from penfriend.domain.timing import SECOND, Moment, iso_utc


@dataclass(slots=True)
class CampaignCounts:
    """The numbers of one campaign."""

    entered: int = 0
    """Enrollments, whatever became of them."""
    waiting: int = 0
    """Enrollments that last."""
    ended: dict[str, int] = field(default_factory=dict)
    """By reason."""
    not_entered: dict[str, int] = field(default_factory=dict)
    """By reason; `noted` are members that were there at activation."""
    steps: dict[str, int] = field(default_factory=dict)
    """People by the step at which they stand."""
    messages: dict[str, int] = field(default_factory=dict)
    """By status; skipped ones stand in `skipped`."""
    skipped: dict[str, int] = field(default_factory=dict)
    """By reason."""
    postponed: dict[str, int] = field(default_factory=dict)
    """Mails that were ever postponed, by the reason; one that was for two reasons counts under both."""
    converted: int = 0
    """Enrollments that reached the goal in time."""

    def as_json(self) -> dict[str, object]:
        """The document of `demo --once --json` and `status --json`."""
        return {
            "entered": self.entered,
            "waiting": self.waiting,
            "ended": dict(sorted(self.ended.items())),
            "not_entered": dict(sorted(self.not_entered.items())),
            "steps": dict(sorted(self.steps.items())),
            "converted": self.converted,
            "messages": {
                "sent": self.messages.get("sent", 0),
                "failed": self.messages.get("failed", 0),
                "unknown": self.messages.get("unknown", 0),
                "due": sum(self.messages.get(status, 0) for status in ("due", "claimed", "sending")),
                "skipped": dict(sorted(self.skipped.items())),
                "postponed": dict(sorted(self.postponed.items())),
            },
        }

    def since(self, before: CampaignCounts) -> CampaignCounts:
        """What came after `before`; who waits, where people stand and what is due are as they are now."""
        messages = dict(self.messages)
        for status in ("sent", "failed", "unknown", "skipped"):
            messages[status] = self.messages.get(status, 0) - before.messages.get(status, 0)
        return CampaignCounts(
            entered=self.entered - before.entered,
            waiting=self.waiting,
            ended=_more(self.ended, before.ended),
            not_entered=_more(self.not_entered, before.not_entered),
            steps=self.steps,
            messages=messages,
            skipped=_more(self.skipped, before.skipped),
            postponed=_more(self.postponed, before.postponed),
            converted=self.converted - before.converted,
        )


def _more(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    found = {word: number - before.get(word, 0) for word, number in after.items()}
    return {word: number for word, number in found.items() if number > 0}


@dataclass(frozen=True, slots=True)
class CallCounts:
    """The calls of one webhook, or of one `outgoing`, that are not done."""

    waiting: int = 0
    failed: int = 0
    oldest: Moment | None = None
    """Since when the one that waits longest is there."""
    note: str | None = None
    """What the last try of one that waits came to, or else of one that failed."""

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        return {
            "waiting": self.waiting,
            "failed": self.failed,
            "oldest": None if self.oldest is None else iso_utc(self.oldest),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class DeadCall:
    """A call of another system that has failed for good."""

    kind: str
    """`webhook` or `outgoing`."""
    name: str
    """Of the system, in that section of the files."""
    id: str
    """The webhook-id."""
    contact: str | None
    attempts: int
    made_at: Moment
    dead_at: Moment | None
    note: str | None
    """The last answer."""
    body: str

    def as_json(self) -> dict[str, object]:
        """The document of `penfriend calls --json`."""
        told = asdict(self) | {"made_at": iso_utc(self.made_at)}
        return told | {"dead_at": None if self.dead_at is None else iso_utc(self.dead_at)}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the reading of a segment from its source goes."""

    source: str
    state: ReadState

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        state = self.state
        return {
            "source": self.source,
            "read_at": None if state.read_at is None else iso_utc(state.read_at),
            "rows": state.rows,
            "unknown": state.unknown,
            "took_seconds": state.took / SECOND,
            "failing_since": None if state.failing_since is None else iso_utc(state.failing_since),
            "error": state.error,
            "stopped": state.stopped,
        }


@dataclass(frozen=True, slots=True)
class TransportState:
    """How one transport does today, by the brand's clock."""

    sent_today: int
    """Mails handed over, those among them that the server put off or refused."""
    rate: str | None = None
    """In the words of the language; None is no limit."""
    rests_until: Moment | None = None
    reason: str | None = None
    """Why it rests."""
    carried_by: str | None = None
    """Who carries its mail while it rests."""
    warm_up_day: int | None = None
    """Which day of its warm-up today is, where it has one that is not over."""
    warm_up_limit: int | None = None
    """So many mails may go on it."""

    def as_json(self) -> dict[str, object]:
        """The document of `status --json`."""
        warm_up = {"day": self.warm_up_day, "limit": self.warm_up_limit}
        return {
            "sent_today": self.sent_today,
            "rate": self.rate,
            "rests_until": None if self.rests_until is None else iso_utc(self.rests_until),
            "reason": self.reason,
            "carried_by": self.carried_by,
            "warm_up": None if self.warm_up_day is None else warm_up,
        }


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of a store at a moment."""

    at: Moment
    contacts: int
    campaigns: Mapping[str, CampaignCounts]
    overdue: int
    """Messages whose moment has passed."""
    lag: int
    """Microseconds since the moment of the one that waits longest."""
    routes: Mapping[str, tuple[Moment, str]]
    """Routes that rest: until when and why."""
    suppressions: Mapping[str, int]
    """By reason."""
    destinations: Mapping[tuple[str, str], Rest] = field(default_factory=dict)
    """Recipients' domains that rest, by route and domain."""
    webhooks: Mapping[str, CallCounts] = field(default_factory=dict)
    """Those with calls that wait or have failed."""
    outgoing: Mapping[str, CallCounts] = field(default_factory=dict)
    """The same for what other systems are told."""
    coupons: Mapping[str, CouponCounts] = field(default_factory=dict)
    """Those with a file of codes."""
    forgotten: Mapping[str, Pass] = field(default_factory=dict)
    """By kind of `retention`: the last pass, or the one that is going on."""
    sources: Mapping[str, Reading] = field(default_factory=dict)
    """By segment, those with `sql`."""
    stopped: Mapping[str, Stopped] = field(default_factory=dict)
    """Campaigns that have stopped by themselves."""
    transports: Mapping[str, TransportState] = field(default_factory=dict)

    def since(self, before: Overview) -> Overview:
        """The same with what came after `before` alone."""
        nothing = CampaignCounts()
        campaigns = {
            name: counts.since(before.campaigns.get(name, nothing)) for name, counts in self.campaigns.items()
        }
        return replace(self, campaigns=campaigns)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as `penfriend messages` lists it."""

    id: int
    campaign: str
    step: str
    contact: str
    status: str
    reason: str | None
    wanted_at: Moment
    due_at: Moment
    over_at: Moment | None
    held_by: str | None
    attempts: int
    note: str | None
    message_id: str
    address: str | None
    server: str | None
    stage: str | None
    outcome: str | None
    """What the last try came to; None without one."""
    delivered_at: Moment | None = None
    bounced_at: Moment | None = None
    complained_at: Moment | None = None

    def as_json(self) -> dict[str, object]:
        """The document of `penfriend messages --json` and of the API."""
        return {
            name: iso_utc(Moment(value)) if name.endswith("_at") and value is not None else value
            for name, value in asdict(self).items()
        }
