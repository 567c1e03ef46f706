"""Runs the jobs that this process gets, one at a time for each way out.

What runs: one thread with an event loop, and in it for each way a worker of Procrastinate, which waits for
jobs of its queue (by LISTEN, and by asking each second), says every few seconds that it lives, and hands each
job to a thread; and a sweep, which gives jobs of workers that are not heard of any more to others. What it
owns: some connections. Where the database is away all of them fail, say so once, and begin again. On a crash
nothing is lost: the sweep of another process finds the job, the claims of the mails have their ends.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, exceptions
from sqlalchemy import make_url

from penfriend.storage.engines import NET_THAT_IS_GONE

Run = Callable[[list[int], str], None]
"""Sends these messages, which that owner has claimed for whoever gets the job."""
Failed = Callable[[Exception], None]
"""Hears what went wrong."""

TASK = "send"
BEAT_SECONDS, SILENT_SECONDS = 5.0, 30.0
SWEEP_SECONDS = 10.0
POLL_SECONDS = 1.0
"""Where a notification is lost, a job waits so long."""
AGAIN_SECONDS = 2.0
"""After a failure."""
WELL_AFTER_SECONDS = 30.0
"""So long after a failure it is not relied on: one that lasts comes again sooner."""

# what goes wrong is told by `Failed`, in a line; that a job begins and ends is no news
for _name in ("procrastinate", "psycopg.pool"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class _Serving:
    """One way that takes jobs."""

    def __init__(self, queue: str, run: Run) -> None:
        self.queue, self.run = queue, run
        self.ended = threading.Event()
        self.is_leaving = False
        self.working: asyncio.Future[None] | None = None
        self.failed_at: float | None = None


class JobRunner:
    """The thread. `close` waits for the jobs that run."""

    def __init__(self, url: str, schema: str, failed: Failed) -> None:
        self._failed = failed
        self._app = _app(url, schema)
        self._servings: dict[str, _Serving] = {}
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live()), name="penfriend-jobs", daemon=True
        )
        self._thread.start()
        self._ready.wait()

    def serve(self, name: str, queue: str, run: Run) -> None:
        """From now on jobs of that queue are run, one at a time, until `leave` of the same name."""
        serving = self._servings[name] = _Serving(queue, run)
        self._loop.call_soon_threadsafe(lambda: self._begin(self._serve(serving)))

    def is_well(self, name: str) -> bool:
        """Whether jobs of that name can be counted on to run: its connections are not those of the store, and
        may be away alone (too many are open)."""
        serving = self._servings.get(name)
        failed_at = None if serving is None else serving.failed_at
        is_long_ago = failed_at is None or time.monotonic() - failed_at > WELL_AFTER_SECONDS
        return self._opened.is_set() and is_long_ago

    def leave(self, name: str) -> None:
        """Take no more; returns when the job that runs is over."""
        serving = self._servings.pop(name, None)
        if serving is not None:
            self._loop.call_soon_threadsafe(_end, serving)
            serving.ended.wait()

    def close(self) -> None:
        """The end. Idempotent."""
        for name in list(self._servings):
            self.leave(name)
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()

    async def _live(self) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda _, said: self._heard(said))
        self._opened = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready.set()
        self._begin(self._open())
        await self._closing.wait()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):  # the database is away, or it was never opened
            await self._app.close_async()

    def _heard(self, said: dict[str, Any]) -> None:
        """Of what nobody waited for: a job whose end could not be written down, as the database was away."""
        error = said.get("exception")
        if isinstance(error, Exception):
            self._failed(error)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self) -> None:
        while not self._opened.is_set():
            try:
                await self._app.open_async()
            except Exception as error:  # whatever the driver says: the database is away
                self._failed(error)
                with suppress(Exception):  # a pool that did not open would stay closed for ever
                    await self._app.close_async()
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._opened.set()
        await self._sweep()

    async def _sweep(self) -> None:
        """Jobs of who is not heard of any more are anybody's."""
        manager = self._app.job_manager
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            with suppress(exceptions.ConnectorException):  # or another was faster
                await manager.prune_stalled_workers(SILENT_SECONDS)
                for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
                    with suppress(exceptions.ConnectorException):
                        await manager.retry_job(job)

    async def _serve(self, serving: _Serving) -> None:
        try:
            while not serving.is_leaving:
                serving.working = asyncio.ensure_future(self._work(serving))
                try:
                    await serving.working
                except asyncio.CancelledError:
                    if not serving.is_leaving:
                        raise
                except Exception as error:  # the database is away: begin again
                    serving.failed_at = time.monotonic()
                    self._failed(error)
                if not serving.is_leaving:
                    await asyncio.sleep(AGAIN_SECONDS)
        finally:
            serving.ended.set()

    async def _work(self, serving: _Serving) -> None:
        await self._opened.wait()
        await self._app.run_worker_async(
            queues=[serving.queue],
            concurrency=1,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=BEAT_SECONDS,
            stalled_worker_timeout=SILENT_SECONDS,
            additional_context={"run": serving.run},
        )


def _end(serving: _Serving) -> None:
    serving.is_leaving = True
    if serving.working is not None:
        serving.working.cancel()
    else:  # it has not begun
        serving.ended.set()


def _app(url: str, schema: str) -> App:
    async def configure(connection: Any) -> None:
        await connection.execute(f"SET search_path = {schema}")
        await connection.commit()

    parsed = make_url(url).set(drivername="postgresql+psycopg")
    # as the store connects: it takes addresses that the library of PostgreSQL itself does not
    _, place = parsed.get_dialect()().create_connect_args(parsed)
    connector = PsycopgConnector(
        min_size=1,
        max_size=4,
        timeout=10.0,
        kwargs={
            "connect_timeout": 10,
            "application_name": "penfriend jobs",
            **NET_THAT_IS_GONE,
            **place,
        },
        configure=configure,
    )
    app = App(connector=connector)

    # in a thread of its own: it would keep the loop from saying that it lives
    @app.task(name=TASK, pass_context=True)
    def send(context: JobContext, *, ids: list[int], owner: str) -> None:
        run: Run = context.additional_context["run"]
        run(ids, owner)

    return app
