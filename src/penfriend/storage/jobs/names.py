"""Who holds what waits in jobs."""

from __future__ import annotations


def waiting_for(owner: str) -> str:
    """The name under which that worker has claimed what waits in its jobs until somebody takes it."""
    return f"{owner}-jobs"
