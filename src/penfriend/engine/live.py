"""The live revision as the ticks use it: definitions, routes and the renderer, made once and replaced between
two batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from penfriend.domain.campaign import OnUnknown, Send
from penfriend.domain.chance import Chance, Drawn
from penfriend.domain.definitions import Definitions
from penfriend.domain.enrollment import Enrollment
from penfriend.domain.letter import Renderer
from penfriend.domain.route import Route
from penfriend.domain.timing import Moment
from penfriend.domain.watched import reads_campaigns


@dataclass(frozen=True, slots=True)
class Live:
    """One revision, ready to run."""

    revision: int
    definitions: Definitions
    renderer: Renderer
    store_id: str
    """What this store alone has, so that two installations never make the same Message-ID."""
    routes: Mapping[str, Route] = field(default_factory=dict)
    chance: Chance = field(default_factory=Drawn)
    watches_ends: bool = False
    """Somebody may be moved by the end of an enrollment: it touches the contact."""

    @classmethod
    def of(cls, revision: int, definitions: Definitions, renderer: Renderer, store_id: str) -> Live:
        """The revision with the route of each campaign."""
        routes = {
            name: Route.of(campaign, definitions.policy) for name, campaign in definitions.campaigns.items()
        }
        watches = reads_campaigns(definitions)
        return cls(revision, definitions, renderer, store_id, routes, watches_ends=watches)

    def resting(self, names: Collection[str]) -> Live:
        """The same with these campaigns stopped, and no others."""
        campaigns = self.definitions.campaigns
        if all(one.stopped == (name in names) for name, one in campaigns.items()):
            return self
        found = {name: replace(one, stopped=name in names) for name, one in campaigns.items()}
        routes = {name: Route.of(one, self.definitions.policy) for name, one in found.items()}
        return replace(self, definitions=replace(self.definitions, campaigns=found), routes=routes)

    def intent(self, enrollment: Enrollment, step: str, wanted_at: Moment) -> str:
        """What tells what a step of an enrollment wants from all else, in this store: 32 hex digits.

        The moment is in it because a name may be given anew, after what had it was renamed (`was`).
        """
        key = (
            self.store_id,
            enrollment.campaign,
            enrollment.contact,
            enrollment.occurrence,
            enrollment.entry,
            step,
            wanted_at,
        )
        return hashlib.sha256(repr(key).encode()).hexdigest()[:32]

    def message_id(self, enrollment: Enrollment, step: str, wanted_at: Moment) -> str:
        """The Message-ID of an intended mail: the same for the same key, in this store (RFC 5322 3.6.4)."""
        digest = self.intent(enrollment, step, wanted_at)
        return f"<{digest}@{self.definitions.brand_of(enrollment.campaign).message_id_domain}>"

    def send_step(self, campaign: str, step: str) -> Send | None:
        """The step that sends a letter; None where the revision has none of that name."""
        route = self.routes.get(campaign)
        found = route.steps.get(step) if route else None
        return found if isinstance(found, Send) else None

    def on_unknown(self, campaign: str, transactional: bool) -> OnUnknown:
        """What to do with a message in doubt: what is owed is re-sent, else what the campaign says."""
        known = self.definitions.campaigns.get(campaign)
        return OnUnknown.RESEND if transactional else known.on_unknown if known else OnUnknown.HOLD


Revisions = Callable[[int], Live]
"""Gives the revision of that number, ready to run. Raises RevisionUnusable where it can run no more,
StoreUnavailable."""
