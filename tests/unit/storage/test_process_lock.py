"""One daemon for one SQLite file."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from penfriend.domain.errors import AlreadyRunning, StoreUnavailable
from penfriend.storage.process_lock import ProcessLock

HOLD = (
    "import sys, pathlib\n"
    "from penfriend.storage.process_lock import ProcessLock\n"
    "ProcessLock(pathlib.Path(sys.argv[1])).take('run')\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)


def test_second_process_is_told_which_one_holds_the_store(tmp_path: Path) -> None:
    store = tmp_path / "penfriend.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning) as refused:
            ProcessLock(store).take("run")
        other.kill()
    said = rf"{re.escape(str(store))}: held by process {other.pid} \(run, since \S+\); stop that one, .*"
    assert re.fullmatch(said, str(refused.value))


def test_killed_process_holds_nothing(tmp_path: Path) -> None:
    store = tmp_path / "penfriend.db"
    code = HOLD.replace("sys.stdin.read()", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([sys.executable, "-c", code, store], check=False, capture_output=True)
    lock = ProcessLock(store)
    lock.take("run")
    lock.release()


def test_released_store_can_be_taken_again(tmp_path: Path) -> None:
    store = tmp_path / "penfriend.db"
    first, second = ProcessLock(store), ProcessLock(store)
    first.take("run")
    first.release()
    first.release()
    second.take("tick")
    with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()} \(tick"):
        first.take("run")
    second.release()


def test_lock_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the lock file cannot be written") as raised:
        ProcessLock(tmp_path / "missing" / "penfriend.db").take("run")
    assert "\n" not in str(raised.value)


def test_full_disk_is_said_in_one_line_and_leaves_the_lock_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store = tmp_path / "penfriend.db"
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(StoreUnavailable, match=r"cannot be written \(No space left on device\)"):
            ProcessLock(store).take("run")
    lock = ProcessLock(store)
    lock.take("run")
    lock.release()
