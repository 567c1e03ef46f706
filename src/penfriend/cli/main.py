"""The program `penfriend`: its commands, and how a mistake reaches a person (one line, what to do, no
traceback)."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import typer
from typer.core import TyperGroup

from penfriend import __version__
from penfriend.cli.output import DONE, IMPOSSIBLE, WRONG, complain, print_json, problems_document
from penfriend.domain.errors import CampaignFilesInvalid, NotFound, PenfriendError

COMMANDS = {
    "init": ("init", "Make a starter in DIR."),
    "demo": ("demo", "Live the sample shop's month, every mail in a local inbox."),
    "validate": ("validate", "Find every problem of campaigns and templates."),
    "schema": ("schema", "Print the JSON Schema of campaigns.yaml."),
    "simulate": ("simulate", "Live the days to come over a copy of the store."),
    "test": ("test", "Run the tests of the campaign files."),
    "preview": ("preview", "Look at letters before anybody gets them."),
    "send-test": ("send_test", "Send one letter as a marked test."),
    "import": ("import_", "Bring in contacts, events or consents; safe to repeat."),
    "segment": ("segment", "Look at who is in a segment, and why."),
    "plan": ("plan", "Compare campaigns.yaml and templates/ with what is live."),
    "apply": ("apply", "Make the files the live revision, if nothing objects."),
    "run": ("run", "Run the daemon until SIGTERM or Ctrl-C."),
    "tick": ("tick", "Do everything that is due at one moment, and end."),
    "status": ("status", "Show where everybody stands, what was sent, and why not."),
    "report": ("report", "Show what the mail is worth."),
    "relationship": ("relationship", "Show who comes back, who is lost, and what people are worth."),
    "why": ("why", "Tell one person's whole story."),
    "bench-data": ("bench_data", "Fill an empty store with a year of a large shop, for measuring."),
    "doctor": ("doctor", "Look at what mail depends on, and say what to do."),
    "bounces": ("bounces", "Read mails that came back."),
    "export": ("export", "Write reports as CSV or Parquet, a file for each day."),
    "messages": ("messages", "List mails, the newest first."),
    "calls": ("calls", "List the calls to other systems that have failed."),
    "contact": ("contact", "See, give out or erase what is known of one person."),
    "apikey": ("apikey", "Say which programs may use the API."),
    "user": ("user", "Say who may use the dashboard, and see who did what."),
    "source": ("source", "Look at the databases of the company (`sources`)."),
    "translate": ("translate", "Gather the texts of letters, and keep their translations."),
}
"""Every command, the module that holds it, and the first sentence of its help, in the order of the help."""


def program(command: str | None = None) -> typer.Typer:
    """The program with all its commands, or with the named one: the others need not be loaded."""
    app = _bare_program()
    for name, (module, _) in COMMANDS.items():
        if command in (None, name):
            import_module(f"penfriend.cli.{module}").add_to(app)
    return app


def contents() -> typer.Typer:
    """The program as its own help shows it: every command with its sentence, and none of them loaded."""
    app = _bare_program()
    for name, (_, sentence) in COMMANDS.items():
        app.command(name, help=sentence)(_entry)
    return app


def _entry() -> None:
    """A line of the contents. A command line that names the command is run by `program`."""


def _bare_program() -> typer.Typer:
    app = typer.Typer(
        name="penfriend",
        add_completion=False,
        cls=TyperGroup,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(penfriend)
    return app


def penfriend(
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error as well."),
) -> None:
    """Writes to a shop's customers at the right moments. Campaigns are code: campaigns.yaml and
    templates/."""
    if debug:
        os.environ["PENFRIEND_DEBUG"] = "1"
    if version:
        typer.echo(f"penfriend {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command of the command line and leave with its exit status: 0 done, 1 not right, 2 could not be
    asked."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    if len(arguments) < len(sys.argv) - 1:
        os.environ["PENFRIEND_DEBUG"] = "1"
    if sys.stdout is None:  # closed by who started us (`>&-`): they want to hear nothing
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open to the end
    sys.exit(run_command(arguments))


def run_command(arguments: list[str]) -> int:
    """The exit status of a command line; what went wrong is said in one line on standard error."""
    try:
        arguments = arguments or ["--help"]
        named = next((argument for argument in arguments if not argument.startswith("-")), "")
        app = program(named) if named in COMMANDS else contents()
        status_code = app(args=arguments, prog_name="penfriend", standalone_mode=False)
    except typer.Exit as ended:
        return ended.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except CampaignFilesInvalid as invalid:
        for problem in invalid.problems:
            typer.echo(str(problem), err=True)
        if "--json" in arguments:  # one document on standard output, whatever it has to say
            print_json(problems_document(invalid.problems))
        return WRONG
    except Exception as error:
        return complained(error)
    return status_code if isinstance(status_code, int) else DONE


def complained(error: BaseException) -> int:
    """Say it in one line; the exit status that fits."""
    if os.environ.get("PENFRIEND_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, PenfriendError):
        complain(str(error))
        return WRONG if isinstance(error, NotFound) else IMPOSSIBLE
    show = getattr(error, "format_message", None)
    if show is not None:  # a wrong option or argument, said by the command line's own library
        complain(f"{show()} (penfriend --help)")
        return IMPOSSIBLE
    complain(
        f"something went wrong that should not: {type(error).__name__}: {error}. "
        "Please report it; --debug shows more."
    )
    return IMPOSSIBLE
