"""The cases that every transport must pass, for whoever writes one (docs/transports.md). Needs pytest, and is
imported by nothing else here.
"""

from penfriend.testing.transport_cases import (
    BrokenError,
    Carried,
    RecordingWatch,
    TransportCases,
    make_email,
    make_handovers,
)

__all__ = ["BrokenError", "Carried", "RecordingWatch", "TransportCases", "make_email", "make_handovers"]
