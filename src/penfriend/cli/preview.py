"""`penfriend preview`: letters looked at before anybody gets them, as files or as pages in the browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from penfriend.bootstrap import Settings
from penfriend.bootstrap.preview import Previews, all_of
from penfriend.cli.output import AS_JSON, DONE, WRONG, print_json, problems_document
from penfriend.cli.preview_folder import PreviewFolder, Written
from penfriend.domain.errors import CampaignFilesInvalid, PenfriendError, SettingError
from penfriend.domain.preview import Asked, Preview
from penfriend.domain.problems import Problem
from penfriend.engine.clock import SystemClock
from penfriend.rendering.preview_pages import Cell, PreviewPages, Row, kb, language

FOLDER = Path("preview")
PORT = 8401
LOOK_SECONDS = 0.3
"""So often `--watch` looks at the files."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preview")(preview)


def preview(
    template: str = typer.Argument("", help="The letter, as steps name it: welcome/hello."),
    contact: str = typer.Option(
        "", "--contact", metavar="ID", help="For this person (shop's id or address)."
    ),
    person: str = typer.Option("", "--person", metavar="NAME", help="For this sample person."),
    locale: str = typer.Option("", "--locale", metavar="L", help="In this language instead of the person's."),
    campaign: str = typer.Option("", "--campaign", help="As this campaign sends it."),
    step: str = typer.Option("", "--step", help="As this step sends it."),
    out: Path = typer.Option(FOLDER, "--out", metavar="DIR", help="Where the files go."),
    every: bool = typer.Option(False, "--all", help="Every letter in every language, with an index.html."),
    png: bool | None = typer.Option(
        None, "--png/--no-png", help="Pictures too, where a Chromium is there; not with --all by itself."
    ),
    watch: bool = typer.Option(False, "--watch", help="Again whenever a file is saved, until Ctrl-C."),
    serve: bool = typer.Option(False, "--serve", help="As pages in the browser instead, until Ctrl-C."),
    port: int = typer.Option(PORT, "--port", min=0, max=65535, help="With --serve: the port of 127.0.0.1."),
    as_json: bool = AS_JSON,
) -> int:
    """Look at letters before anybody gets them. As a page, as text and as the message that would be sent;
    nothing is sent or stored, and the links lead nowhere.

    Example: penfriend preview welcome/hello --locale pl
    """
    _check_options(template, contact, person, every=every, serve=serve, quiet=as_json, stays=watch or serve)
    asked = Asked(template, campaign, step, person, contact, locale)
    if serve:
        return _serve(port)
    with_pictures = png if png is not None else not every
    with previews_over(contact) as previews, PreviewFolder(out, with_pictures=with_pictures) as folder:
        show = (
            _ShowAll(previews, folder, asked, as_json)
            if every
            else _ShowOne(previews, folder, asked, as_json)
        )
        if not watch:
            return show()
        with _until_ctrl_c():
            again(previews, show, threading.Event().wait)
    return DONE


def _check_options(
    template: str, contact: str, person: str, *, every: bool, serve: bool, quiet: bool, stays: bool
) -> None:
    if contact and person:
        raise SettingError("--contact and --person: name one of the two")
    if quiet and stays:
        raise SettingError("--json: is one document and ends, --watch and --serve do not")
    if bool(template) == every and not serve:
        raise SettingError("name a letter, such as welcome/hello, or --all of them")


@contextmanager
def previews_over(contact: str) -> Iterator[Previews]:
    """The letters of the files; the store is opened where a contact of it is named."""
    if not contact:
        yield Previews(Settings.of(os.environ), SystemClock())
        return
    from penfriend.bootstrap import House

    with House.open() as house:
        yield Previews(house.settings, house.clock, house.db)


def again(previews: Previews, show: Callable[[], int], wait: Callable[[float], bool]) -> None:
    """Show it, and again whenever the files have changed; until `wait` says that it is over."""
    seen: object = None
    while True:
        now = previews.stamp()
        if now != seen:
            seen = now
            try:
                show()
            except CampaignFilesInvalid as invalid:
                for problem in invalid.problems:
                    typer.echo(str(problem), err=True)
            except PenfriendError as error:
                typer.echo(f"penfriend: {error}", err=True)
            typer.echo("Watching the files; Ctrl-C ends.")
        if wait(LOOK_SECONDS):
            return


@contextmanager
def _until_ctrl_c() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("")


class _ShowOne:
    """One letter: written, and told of."""

    def __init__(self, previews: Previews, folder: PreviewFolder, asked: Asked, as_json: bool) -> None:
        self._previews, self._folder, self._asked, self._as_json = previews, folder, asked, as_json

    def __call__(self) -> int:
        written = self._folder.write(self._asked, self._previews.make(self._asked))
        notes = [*written.preview.notes, *([self._folder.no_pictures] if self._folder.no_pictures else [])]
        if self._as_json:
            print_json(document(written) | {"notes": notes})
        else:
            tell(written, notes)
        return DONE


class _ShowAll:
    """Every letter: written, with a page on which all of them are seen at a glance."""

    def __init__(self, previews: Previews, folder: PreviewFolder, asked: Asked, as_json: bool) -> None:
        self._previews, self._folder, self._asked, self._as_json = previews, folder, asked, as_json

    def __call__(self) -> int:
        asked = self._asked
        made: list[Written] = []
        problems: list[Problem] = []
        rows: dict[str, list[Cell]] = {}
        for one in all_of(self._previews, (asked.person,), asked.contact, asked.locale):
            cells = rows.setdefault(one.template, [])
            try:
                made.append(self._folder.write(one, self._previews.make(one)))
                cells.append(_cell(made[-1], self._folder.folder))
            except CampaignFilesInvalid as invalid:
                problems += [problem for problem in invalid.problems if problem not in problems]
                cells.append(Cell(language(one.locale), "", "", problems=invalid.problems))
        found = [one for one in self._previews.look().problems if one.level == "error"]
        index = self._folder.folder / "index.html"
        shown = tuple(Row(name, tuple(cells)) for name, cells in rows.items())
        page = PreviewPages().index(self._previews.all_locales(), shown, found)
        self._folder.put(index, page.encode())
        self._tell(made, [*found, *problems], index)
        return WRONG if problems or found else DONE

    def _tell(self, made: list[Written], problems: list[Problem], index: Path) -> None:
        if self._as_json:
            letters = [document(one) for one in made]
            told = {"letters": letters, **problems_document(problems), "index": str(index)}
            print_json(told)
            return
        for problem in problems:
            typer.echo(str(problem), err=True)
        for one in made:
            if one.preview.is_clipped:
                typer.echo(f"{one.preview.by.template} in {one.preview.locale}: {sizes(one.preview)}")
        if self._folder.no_pictures:
            typer.echo(self._folder.no_pictures)
        typer.echo(f"{len(made)} letters are in {self._folder.folder}; all of them at a glance: {index}")


def _cell(one: Written, folder: Path) -> Cell:
    files = {kind: path.relative_to(folder).as_posix() for kind, path in one.files.items()}
    preview = one.preview
    title = language(preview.locale.replace("-", "_"))
    return Cell(title, files["html"], files["html"], preview.subject, preview.html_size, files=files)


def _serve(port: int) -> int:
    """The pages, until Ctrl-C: with the people of the store, where there is one."""
    from penfriend.web.preview_app import serve_previews  # the web's libraries take most of a start

    with _with_store_if_any() as previews, serve_previews(previews, port) as server, _until_ctrl_c():
        typer.echo(f"{server.url}/preview shows the letters, to this machine alone; Ctrl-C ends.")
        if not previews.has_store:
            typer.echo("There is no store here: letters are shown for sample people alone.")
        threading.Event().wait()
    return DONE


@contextmanager
def _with_store_if_any() -> Iterator[Previews]:
    """A SQLite store that is not there is not made for a look."""
    settings = Settings.of(os.environ)
    kind, _, path = settings.database_url.partition(":///")
    if kind == "sqlite" and not Path(path).is_file():
        yield Previews(settings, SystemClock())
        return
    with previews_over("store") as previews:
        yield previews


def document(written: Written) -> dict[str, object]:
    """What `--json` prints of one letter."""
    found = written.preview
    return {
        "template": found.by.template,
        "campaign": found.by.campaign,
        "step": found.by.step,
        "who": found.who,
        "locale": found.locale,
        "subject": found.subject,
        "preview": found.preview_text,
        "bytes": {"message": found.size, "html": found.html_size, "text": found.text_size},
        "clipped": found.is_clipped,
        "notes": list(found.notes),
        "files": {kind: str(path) for kind, path in written.files.items()},
    }


def tell(written: Written, notes: list[str]) -> None:
    """One letter in lines."""
    found = written.preview
    typer.echo(f"{found.by.template} in {found.locale} ({found.who})")
    typer.echo(f"  subject  {found.subject}")
    typer.echo(f"  preview  {found.preview_text or '(none)'}")
    typer.echo(f"  size     {sizes(found)}")
    for note in notes:
        typer.echo(f"  note     {note}")
    for path in written.files.values():
        typer.echo(f"  wrote    {path}")


def sizes(found: Preview) -> str:
    """`21.4 KB of HTML, 1.3 KB of text, 30.2 KB the whole message`, and whether Gmail would clip it."""
    told = f"{kb(found.html_size)} of HTML, {kb(found.text_size)} of text, {kb(found.size)} the whole message"
    return f"{told}: Gmail clips the HTML, which is over 102 KB" if found.is_clipped else told
