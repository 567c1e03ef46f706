"""Wires the house: the only place that knows every concrete class."""

from penfriend.bootstrap.applying import Applied
from penfriend.bootstrap.checked import Checked, check, read_definitions
from penfriend.bootstrap.files import Files, read_files
from penfriend.bootstrap.house import House
from penfriend.bootstrap.rehearsal import Rehearsal, rehearse
from penfriend.bootstrap.settings import DEFAULTS, Settings
from penfriend.bootstrap.worker import Worker

__all__ = [
    "DEFAULTS",
    "Applied",
    "Checked",
    "Files",
    "House",
    "Rehearsal",
    "Settings",
    "Worker",
    "check",
    "read_definitions",
    "read_files",
    "rehearse",
]
