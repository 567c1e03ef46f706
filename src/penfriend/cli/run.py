"""`penfriend run`: the daemon, and the pages behind the links in mails; or several (`cli.foreman`)."""

from __future__ import annotations

import logging
import signal
from contextlib import ExitStack

import typer

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.accounts.users import first_link
from penfriend.bootstrap.bounces import watch_bounces
from penfriend.bootstrap.former_keys import misses_former_key
from penfriend.bootstrap.healing import clock_was_set
from penfriend.bootstrap.jobs import Jobs
from penfriend.bootstrap.known_secrets import secrets_of, secrets_of_files
from penfriend.bootstrap.presence import Post, Presence
from penfriend.bootstrap.tracing import tracing
from penfriend.bootstrap.watching import FileWatch
from penfriend.cli.logs import set_up_logs
from penfriend.cli.moments import shown_moment
from penfriend.cli.output import DONE
from penfriend.engine.daemon import Daemon
from penfriend.engine.measures import Measures

log = logging.getLogger("penfriend.daemon")

FORMER_KEY = (
    "the key that signs links is another than before, and the former one is not known: links in mails sent "
    "until now are dead, those that unsubscribe too. Put it back, or behind a comma in PENFRIEND_SECRET_KEY"
)

NEWER_TABLES = (
    "the tables are of a newer version now, over which this program cannot work: it stops; "
    "install the newer Penfriend"
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    workers: int = typer.Option(1, "--workers", min=1, max=64, help="So many processes over one PostgreSQL."),
    no_web: bool = typer.Option(False, "--no-web", help="Without the pages behind the links."),
    no_apply: bool = typer.Option(False, "--no-apply", help="Run what is live; never take up files."),
) -> int:
    """Run the daemon until SIGTERM or Ctrl-C. It applies its files at the start and when they change.

    Example: penfriend run
    """
    if workers == 1:
        return work(no_web=no_web, no_apply=no_apply)
    from penfriend.cli.foreman import Foreman

    return Foreman(workers, lambda post: work(post, no_web=no_web, no_apply=no_apply)).run()


def work(post: Post | None = None, *, no_web: bool, no_apply: bool) -> int:
    """Be one worker, until it is to stop; of several the first one alone has pages, files and a mailbox."""
    if post is not None and not post.is_first:
        no_web = no_apply = True
    with ExitStack() as open_things:
        house = open_things.enter_context(House.open())
        written = set_up_logs(house.settings.log, secrets_of(house.settings))
        spans = open_things.enter_context(tracing(house.settings.environment))
        house.measures = Measures(spans=spans)
        written.asks(spans.ids)
        for mistyped in house.settings.mistyped:
            log.warning("%s", mistyped)
        house.lock("penfriend run")
        if misses_former_key(house):
            log.warning("%s", FORMER_KEY)
        watch = FileWatch(house, lambda live: written.hide(secrets_of_files(live)), active=not no_apply)
        watch.at_start()
        bounces = watch_bounces(house) if post is None or post.is_first else None
        jobs = Jobs.of(house)
        if jobs is not None:
            open_things.callback(jobs.close)
        worker = Worker.of(house, jobs=jobs)
        presence = Presence(house, worker.owner, post)
        written.is_about(worker=worker.owner)

        def beat() -> None:
            if presence.can_go_on():
                presence.beat()
            elif not daemon.stopping():
                log.error("%s", NEWER_TABLES)
                daemon.stop()

        daemon = Daemon(
            {
                "refresh": watch.look,
                "beat": beat,
                "sync": worker.sync,
                "enroll": worker.enroll,
                "advance": worker.advance,
                "send": worker.send_apart,
                "call": worker.call,
                "track": worker.track,
                **({"bounces": lambda: bounces.tick(daemon.stopping)} if bounces else {}),
                "recover": worker.recover,
                "results": worker.results,
                "housekeeping": worker.housekeeping,
            },
            house.clock,
            lambda was_set: clock_was_set(house, was_set),
            house.measures,
        )
        worker.stop_when(daemon.stopping)
        _heed_signals(daemon, watch)
        open_things.callback(presence.leave)
        open_things.callback(worker.close)
        if not no_web:
            from penfriend.web.serving import serve_house  # its libraries take most of the time of a start

            open_things.enter_context(serve_house(house, presence=presence))
            _invite_the_first(house)
        log.info(
            "running as %s: revision %s, transport %s",
            worker.owner,
            house.revision_number(),
            house.transport_for_people(),
        )
        daemon.run()
    _ignore_signals()
    log.info("stopped")
    return DONE


def _invite_the_first(house: House) -> None:
    """Let somebody into the dashboard where nobody ever was: printed, since it is no matter for logs."""
    link = first_link(house, at_the_shell())
    if link is not None:
        typer.echo(
            f"Nobody can sign in to the dashboard yet. This link is for the first operator; it is good once,"
            f" until {shown_moment(link.until)} UTC:\n{link.url}"
        )


def _heed_signals(daemon: Daemon, watch: FileWatch) -> None:
    """SIGTERM and SIGINT stop cleanly, SIGHUP looks at the files at once.

    Until everything is given back: a second SIGTERM, of an impatient supervisor, must not end the process in
    the middle of that.
    """
    signal.signal(signal.SIGTERM, lambda *_: daemon.stop())
    signal.signal(signal.SIGINT, lambda *_: daemon.stop())
    signal.signal(signal.SIGHUP, lambda *_: watch.ask())


def _ignore_signals() -> None:
    """The process ends with status 0 now; a signal in its last moments changes nothing."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
