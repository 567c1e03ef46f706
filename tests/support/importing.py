"""Short words for tests that import files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from penfriend.domain.incoming_rows import RowKind
from penfriend.engine.import_file import FileImport, ImportJob, ImportReport
from penfriend.storage.row_counts import RowCounts
from tests.contract.store_cases import Shop


def run(shop: Shop, kind: str, path: Path | str, **job: Any) -> ImportReport:
    """Import a file."""
    with RowCounts() as counts:
        wanted = ImportJob(RowKind(kind), str(path), **job)
        return FileImport(shop.ingester, shop.definitions, counts, shop.clock, wanted).run()


def numbers(report: ImportReport) -> tuple[int, int, int]:
    """Taken, known already, rejected."""
    return report.taken, report.repeated, report.rejected


def written(folder: Path, text: str | bytes, name: str = "rows.csv") -> Path:
    """A file with that in it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
