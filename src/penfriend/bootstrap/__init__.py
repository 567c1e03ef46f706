"""Wires the house: the only place that knows every concrete class.

What it offers is imported when it is first asked for: `validate` needs no database, and answers in half
the time without one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penfriend.bootstrap.applying import Applied
    from penfriend.bootstrap.checked import Checked, check, read_definitions
    from penfriend.bootstrap.files import Files, read_files
    from penfriend.bootstrap.house import House
    from penfriend.bootstrap.rehearsal import Rehearsal, rehearse
    from penfriend.bootstrap.settings import DEFAULTS, Settings
    from penfriend.bootstrap.simulation import Wish, simulate
    from penfriend.bootstrap.trials import CampaignTests, Trial, campaign_tests
    from penfriend.bootstrap.why import WholeStory, tell_why
    from penfriend.bootstrap.worker import Worker

__all__ = [
    "DEFAULTS",
    "Applied",
    "CampaignTests",
    "Checked",
    "Files",
    "House",
    "Rehearsal",
    "Settings",
    "Trial",
    "WholeStory",
    "Wish",
    "Worker",
    "campaign_tests",
    "check",
    "read_definitions",
    "read_files",
    "rehearse",
    "simulate",
    "tell_why",
]

_HOMES = {
    "Applied": "applying",
    "CampaignTests": "trials",
    "Checked": "checked",
    "DEFAULTS": "settings",
    "Files": "files",
    "House": "house",
    "Rehearsal": "rehearsal",
    "Settings": "settings",
    "Trial": "trials",
    "WholeStory": "why",
    "Wish": "simulation",
    "Worker": "worker",
    "campaign_tests": "trials",
    "check": "checked",
    "read_definitions": "checked",
    "read_files": "files",
    "rehearse": "rehearsal",
    "tell_why": "why",
    "simulate": "simulation",
}


def __getattr__(name: str) -> object:
    """What is offered, from the module that holds it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
