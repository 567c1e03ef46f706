"""Transports of other packages: entry points of the group `penfriend.transports`.

The name of an entry point is the scheme of its addresses, and what it loads is a callable `(name, url)` that
gives a `penfriend.domain.transport.Transport` and raises `penfriend.domain.errors.SettingError`, in one
sentence without secrets, where the address is wrong. The option `rate` is ours: the engine keeps to it.
`penfriend.testing` has the cases that every transport must pass.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from penfriend.domain.errors import SettingError
from penfriend.domain.transport import Transport

GROUP = "penfriend.transports"


def plugged_in(scheme: str) -> EntryPoint | None:
    """Where the transport of this scheme is found, or None. Nothing of it is loaded."""
    return next(iter(entry_points(group=GROUP, name=scheme)), None)


def open_plug_in(name: str, scheme: str, url: str) -> Transport:
    """The transport, made by its package. Raises SettingError in one sentence, whatever that raises."""
    found = plugged_in(scheme)
    if found is None:
        raise SettingError(f"no installed package carries mail for {scheme}:")
    try:
        make = found.load()
        transport: Transport = make(name, url)
    except SettingError:
        raise
    except Exception as error:  # another's code; its words could quote the address, and that has secrets
        raise SettingError(
            f"{found.value}, which carries mail for {scheme}:, failed with {type(error).__name__}"
        ) from error
    missing = [one for one in ("name", "concurrency", "deliver", "close") if not hasattr(transport, one)]
    if missing:
        raise SettingError(f"what {found.value} makes is no transport: it has no {missing[0]}")
    return transport
