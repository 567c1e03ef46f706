"""What the benchmarks measured last: `benchmarks/results.json`, which `make bench` renews figure by figure.

Beside the number of the machine's cores it holds `figures`, each with `name`, `unit`, `value`, `limit`,
`ratio`, `goal` and `met`. `limit` is what the machine itself could do, measured in the same run, and `ratio`
how much of that `value` is. `goal` is what was to be reached, of the ratio where there is a limit, else of
the value; `met` says whether it was. What does not apply is null.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure."""

    name: str
    unit: str
    value: float
    limit: float | None = None
    goal: float | None = None
    most: bool = False
    """The goal is the most that it may be, not the least."""

    def as_document(self) -> dict[str, object]:
        """As it stands in the file."""
        ratio = None if self.limit is None else round(self.value / self.limit, 3)
        document = asdict(self) | {"value": round(self.value, 1), "ratio": ratio, "met": self._is_met(ratio)}
        del document["most"]
        return document

    def _is_met(self, ratio: float | None) -> bool | None:
        if self.goal is None:
            return None
        reached = self.value if ratio is None else ratio
        return reached <= self.goal if self.most else reached >= self.goal


def keep(*figures: Figure, file: Path = RESULTS) -> None:
    """Write the figures into the file, each in the place of the one that had its name."""
    known: dict[str, object] = {}
    if file.exists():
        known = {one["name"]: one for one in json.loads(file.read_text("utf-8"))["figures"]}
    known |= {figure.name: figure.as_document() for figure in figures}
    document = {"cores": os.cpu_count(), "figures": list(known.values())}
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
