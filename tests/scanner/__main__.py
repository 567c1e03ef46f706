"""`make scanner`: a thousand mails, every address of them followed in a real browser.

python -m tests.scanner [PEOPLE]   (two mails each; 500 without it)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.scanner.scan import Found, scan
from tests.support.browser import NO_BROWSER, chromium
from tests.support.empty_store import empty_file
from tests.support.find_browser import find_browser

PEOPLE = 500


def main(arguments: list[str]) -> int:
    """Exit status 0 where nothing has changed and nobody was taken for a person, 1 where not, 2 without a
    browser."""
    people = int(arguments[0]) if arguments else PEOPLE
    program = find_browser()
    if program is None:
        tell(NO_BROWSER)
        return 2
    with tempfile.TemporaryDirectory(prefix="penfriend-scanner-") as made, chromium(program) as browser:
        folder = Path(made)
        found = scan(browser, folder, empty_file(folder / "penfriend.db"), people)
    report(found)
    return 0 if found.good else 1


def report(found: Found) -> None:
    """What was done, what came of it, and the verdict in the last line."""
    asked = ", ".join(f"{number} {method}" for method, number in sorted(found.asked.items()))
    tell(f"{found.mails} mails; {asked}; addresses for {', '.join(sorted(found.kinds))}")
    for (visit, kind, who), number in sorted(found.classes.items()):
        tell(f"  {visit}: {number} hits ({kind}) of class {who}")
    changed = ", ".join(sorted({*found.changed})) or "nothing"
    tell(f"a person at the end: {'seen' if found.person_seen else 'NOT SEEN'}")
    tell(f"changed: {changed}; taken for a person: {found.human}")


def tell(line: str) -> None:
    """One line on standard output, at once."""
    print(line, flush=True)  # noqa: T201 - a program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
