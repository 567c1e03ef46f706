"""Follows tracked links and dots: where a link leads, and a note of who has followed it.

Nothing here asks the store, so that a click is answered as fast while it is busy, and while it is away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from penfriend.domain.hits import Hit, HitKind, Request, first_sight
from penfriend.domain.ports import Clock
from penfriend.domain.tokens import TRAP, Claim, Purpose
from penfriend.domain.visits import LinkTokens


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to."""

    url: str | None
    """None: nowhere. It is the link that no person sees."""


class Following:
    """The use cases of tracked links. `note` takes hits and never waits (`penfriend.engine.hit_book`)."""

    def __init__(self, tokens: LinkTokens, note: Callable[[Hit], None], clock: Clock) -> None:
        self._tokens, self._note, self._clock = tokens, note, clock

    def click(self, token: str, request: Request) -> Target | None:
        """Where the link leads: the address that is signed in it, whatever the request says. None for a token
        that is good for nothing."""
        found = self._tokens.read_link(token)
        if found is None:
            return None
        claim, url = found
        self._hit(HitKind.CLICK, claim, url or None, request)
        return Target(url or None)

    def open(self, token: str, request: Request) -> bool:
        """Whether the token is good; then the mail was opened, by whomever."""
        claim = self._tokens.read(token, Purpose.OPEN)
        if claim is not None:
            self._hit(HitKind.OPEN, claim, None, request)
        return claim is not None

    def _hit(self, kind: HitKind, claim: Claim, url: str | None, request: Request) -> None:
        is_trap = kind is HitKind.CLICK and claim.value == TRAP
        self._note(
            Hit(
                kind=kind,
                message=claim.message,
                link=claim.value,
                url=url,
                at=self._clock.now(),
                who=first_sight(kind, request, is_trap=is_trap),
                agent=request.agent,
                network=request.network,
            )
        )
