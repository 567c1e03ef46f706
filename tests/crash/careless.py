"""Two senders as they should not be: a harness that finds nothing with them is blind (see `calibration`).

    python -m tests.crash.careless marks-after|moves-a-cursor QUEUE PORT

`marks-after` marks a mail as sent behind the answer 250: killed before the mark, it sends it again.
`moves-a-cursor` marks ten mails as it fetches them: killed behind that, it never sends the rest.
"""

from __future__ import annotations

import smtplib
import sqlite3
import sys
from pathlib import Path

HABITS = ("marks-after", "moves-a-cursor")
BATCH = 10


def fill(queue: Path, mails: int) -> None:
    """A queue with so many mails."""
    with sqlite3.connect(queue) as db:
        db.execute("CREATE TABLE mails (id INTEGER PRIMARY KEY, done INTEGER NOT NULL DEFAULT 0)")
        db.executemany("INSERT INTO mails (id) VALUES (?)", [(one,) for one in range(1, mails + 1)])


def send_all(habit: str, queue: Path, port: int) -> None:
    """Send what the queue holds, as the habit is."""
    db = sqlite3.connect(queue)
    with smtplib.SMTP("127.0.0.1", port, local_hostname="careless.example") as smtp:
        while ids := [row[0] for row in db.execute(f"SELECT id FROM mails WHERE NOT done LIMIT {BATCH}")]:
            if habit == "moves-a-cursor":
                _mark(db, ids)
            for one in ids:
                text = f"Message-ID: <{one}@careless.example>\r\nSubject: a word\r\n\r\n{'text ' * 4000}\r\n"
                smtp.sendmail("shop@mail.example", [f"c{one}@customer.example"], text)
                if habit == "marks-after":
                    _mark(db, [one])


def _mark(db: sqlite3.Connection, ids: list[int]) -> None:
    with db:
        db.executemany("UPDATE mails SET done = 1 WHERE id = ?", [(one,) for one in ids])


if __name__ == "__main__":
    send_all(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
