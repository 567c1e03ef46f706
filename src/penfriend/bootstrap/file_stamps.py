"""How files look from outside: whether they changed is known without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from penfriend.bootstrap.files import included

Stamp = frozenset[tuple[str, int, int]]
"""Names, sizes and times."""


def stamp_of(config: Path, include: tuple[str, ...] = (), beside: Iterable[str] = ()) -> Stamp:
    """Of a campaign file, of those that its patterns name, of templates/, and of further files beside it."""
    paths = [
        config,
        *included(config, include).values(),
        *(config.parent / name for name in beside),
        *(config.parent / "templates").rglob("*"),
    ]
    return frozenset(found for path in paths if (found := _look_of(path)) is not None)


def _look_of(path: Path) -> tuple[str, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (str(path), found.st_size, found.st_mtime_ns)
