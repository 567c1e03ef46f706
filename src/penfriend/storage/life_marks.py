"""How far this machine has seen a store come: a small file beside the store, which a backup of the store does
not hold.

It has a line for each life, so that a copy of the store that somebody tries in the same place does not make
the store itself look old. Written anew every few seconds, in one step and without fsync: after a power cut it
may be lost or older, never ahead of what the store has committed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from penfriend.storage.life import Life

log = logging.getLogger("penfriend.life")


KEPT = 20
"""Earlier lives; each is a backup that was restored."""


def _read(path: Path) -> list[Life]:
    try:
        return [Life.of(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError, KeyError, TypeError):
        return []


class LifeMarks:
    """The marks of one store on this machine, the same in each of the folders."""

    def __init__(self, folders: Sequence[Path], store_id: str) -> None:
        self._paths = [folder / f"{store_id}.seen" for folder in folders]
        self._said = False

    def read(self) -> list[Life]:
        """What is there, of each life how far it was seen to come. A file that is no mark counts as none."""
        return [life for path in self._paths for life in _read(path)]

    def write(self, life: Life) -> None:
        """Where a folder cannot be written that is said once, and the others have it."""
        for path in self._paths:
            others = [one for one in _read(path) if one.epoch != life.epoch][-KEPT:]
            text = "".join(f"{one}\n" for one in (*others, life))
            draft = path.with_suffix(f".{os.getpid()}")
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft.write_text(text, encoding="utf-8")
                draft.replace(path)
            except OSError as error:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                if not self._said:
                    self._said = True
                    log.warning(
                        "%s cannot be written (%s): a backup that is restored may not be noticed",
                        path,
                        (error.strerror or str(error)).lower(),
                    )
