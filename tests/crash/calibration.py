"""Whether the harness sees what careless senders do."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.crash.careless import fill
from tests.crash.court import ROOT, Sink
from tests.crash.judge import Verdict, ledger
from tests.crash.world import kill, wait_until


def calibrate(habit: str, mails: int, kills: int, chance: random.Random) -> Verdict:
    """The verdict on a sender with that habit, after so many kills and a clean run."""
    with tempfile.TemporaryDirectory(prefix="penfriend-careless-") as folder:
        queue = Path(folder) / "queue.db"
        fill(queue, mails)
        with Sink(Path(folder) / "ledger") as sink:
            sink.order(delay=0.005)
            for _ in range(kills):
                sender = _start(habit, queue, sink.port)
                wanted = sink.received + chance.randint(1, max(mails // kills - 1, 1))
                wait_until(lambda: sink.received >= wanted or sender.poll() is not None, "mails", 0.0005)  # noqa: B023 - waited for here
                time.sleep(chance.random() * 0.005)
                kill(sender)
            _start(habit, queue, sink.port).wait(timeout=60)
            copies = Counter(mail.id for mail in ledger(sink.file))
        return Verdict(mails, copies.total(), lost=mails - len(copies), repeated=copies.total() - len(copies))


def _start(habit: str, queue: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.careless", habit, str(queue), str(port)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
