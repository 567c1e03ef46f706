"""The pages on which letters are looked at: HTML, one style sheet, and a script that only reloads when a file
was saved. Letters stand in frames of their own, in which nothing runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from urllib.parse import urlencode

from markupsafe import Markup

from penfriend.domain.preview import MOST_PEOPLE, Asked, Preview, SentBy, Somebody, Standing
from penfriend.domain.problems import Problem
from penfriend.rendering.formats import locale_of
from penfriend.rendering.pages import environment_of, stamped
from penfriend.rendering.preview_views import in_scheme, with_drawings, without_pictures
from penfriend.rendering.sample_people import ORDINARY, PEOPLE

VIEWS: Mapping[str, str] = {
    "light": "Light",
    "dark": "Dark",
    "images_off": "Images off",
    "text": "Plain text",
    "message": "Message",
}
"""How a letter can be looked at."""
LOOKS: Mapping[str, str] = {name: VIEWS[name] for name in ("light", "dark", "images_off")}
"""Those of them that show its HTML."""

_FOLDER = files("penfriend.rendering") / "preview"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages. Its name changes with its content."""

    name: str
    content: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at, and the addresses of its views."""

    by: SentBy
    person: str = ORDINARY.name
    contact: str = ""
    locale: str = ""

    @classmethod
    def of(cls, asked: Asked, by: SentBy) -> Choice:
        """The choice of who asked."""
        return cls(by, asked.person or ORDINARY.name, asked.contact, asked.locale)

    def at(self, path: str, **more: str) -> str:
        """An address with this choice."""
        values = {"letter": letter_key(self.by), "person": self.person, "contact": self.contact}
        chosen = {**values, "locale": self.locale, **more}
        return f"{path}?{urlencode({name: value for name, value in chosen.items() if value})}"

    def query(self, **more: str) -> str:
        """Of the page."""
        return self.at("/preview", **more)


@dataclass(frozen=True, slots=True)
class Cell:
    """One letter in one language on the page of all of them."""

    title: str
    source: str
    """What the frame shows."""
    link: str
    subject: str = ""
    size: int = 0
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One letter in all its languages."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is to choose from, and how the files stand."""

    letters: Sequence[SentBy]
    locales: Sequence[str]
    has_store: bool
    stamp: str
    problems: Sequence[Problem] = ()
    """Of the campaign files."""
    people: Sequence[Somebody] = ()
    """Contacts of the store who are offered."""
    standing: Standing | None = None
    """How the files stand to what is live, where that is asked."""


class PreviewPages:
    """Makes them. `root` is what addresses have in front of our paths; `in_dashboard`, that there is a
    dashboard to go back to."""

    def __init__(self, root: str = "", *, in_dashboard: bool = False) -> None:
        self.root, self._in_dashboard = root, in_dashboard
        self._environment = environment_of("preview")
        self._environment.filters.update(
            kb=kb, number=lambda value: f"{value:,}", language=language, path=path
        )
        self.stylesheet = _asset("preview.css", "text/css")
        self.script = _asset("preview.js", "text/javascript")

    @property
    def assets(self) -> dict[str, Asset]:
        """By their names."""
        return {one.name: one for one in (self.stylesheet, self.script)}

    def letter(
        self,
        shelf: Shelf,
        choice: Choice,
        view: str,
        found: Preview | None,
        problems: Sequence[Problem] = (),
        warnings: Sequence[Problem] = (),
        meant: Sequence[Somebody] = (),
    ) -> str:
        """The page of one letter, or of what is wrong with it, or of who may be meant."""
        return self._fill(
            "letter.html",
            shelf,
            links={"one": choice.query(), "all": f"/preview/all?{urlencode({'person': choice.person})}"},
            chosen=choice,
            view=view,
            found=found,
            problems=[*problems, *shelf.problems],
            warnings=warnings,
            views=VIEWS,
            meant=[(one, replace(choice, contact=one.who).query(view=view)) for one in meant],
            is_cut=len(meant) == MOST_PEOPLE,
            sample=replace(choice, contact="").query(view=view),
        )

    def matrix(self, shelf: Shelf, rows: Sequence[Row], person: str, look: str) -> str:
        """The page of all letters."""
        choice = Choice(SentBy("", "", ""), person or ORDINARY.name)
        first = next(iter(shelf.letters), choice.by)
        links = {"one": Choice(first, choice.person).query(), "all": "/preview/all"}
        return self._fill("all.html", shelf, links=links, chosen=choice, rows=rows, look=look, looks=LOOKS)

    def index(self, locales: Sequence[str], rows: Sequence[Row], problems: Sequence[Problem]) -> str:
        """The same as a file beside the letters."""
        shelf = Shelf((), locales, False, "", problems)
        return self._fill("all.html", shelf, links=None, rows=rows)

    def fault(self, problems: Sequence[Problem]) -> str:
        """What stands in the frame of a letter that cannot be made."""
        return self._environment.get_template("fault.html").render(problems=problems)

    def _fill(self, template: str, shelf: Shelf, **values: object) -> str:
        known: dict[str, object] = {
            "letters": shelf.letters,
            "locales": shelf.locales,
            "has_store": shelf.has_store,
            "stamp": shelf.stamp,
            "problems": shelf.problems,
            "people": tuple(PEOPLE.values()),
            "contacts": shelf.people,
            "standing": shelf.standing,
            "root": self.root,
            "in_dashboard": self._in_dashboard,
            "stylesheet": self.stylesheet.name,
            "script": self.script.name,
            "style": Markup(self.stylesheet.content),  # noqa: S704 - a file of ours
        }
        return self._environment.get_template(template).render(**{**known, **values})


def shown(html: str, look: str, subject: str = "") -> str:
    """A letter's HTML as a frame shows it: in that look, with drawings, and with no link that leads out of
    the frame; with its subject above it where one is given."""
    made = in_scheme(html, "dark" if look == "dark" else "light")
    made = without_pictures(made) if look == "images_off" else with_drawings(made)
    # what a link asks to open in a window of its own is refused by the sandbox
    made = made.replace("<head>", '<head><base target="_blank">', 1)
    return made if not subject else _under(made, subject)


def _under(html: str, subject: str) -> str:
    strip = Markup(
        '<p style="margin:0;padding:18px 24px;background:#22261f;color:#fff;'
        'font:bold 30px/1.3 Arial,sans-serif"><bdi>{}</bdi></p>'
    ).format(subject)
    start = html.find("<body")
    end = html.find(">", start) + 1
    return html if start < 0 else html[:end] + str(strip) + html[end:]


def letter_key(by: SentBy) -> str:
    """How an address names a letter: `campaign:step`, or `:template` where no step sends it."""
    return f"{by.campaign}:{by.step or by.template}"


def kb(size: int) -> str:
    """Bytes in KB of 1,024."""
    return f"{size / 1024:.1f} KB"


def path(name: str) -> Markup:
    """A name with slashes, which may be broken behind each."""
    return Markup("/<wbr>").join(name.split("/"))


def language(name: str) -> str:
    """`Polish`, `English (United Kingdom)`."""
    locale = locale_of(name)
    return (None if locale is None else locale.get_display_name("en")) or name


def _asset(name: str, media_type: str) -> Asset:
    content = (_FOLDER / name).read_text(encoding="utf-8")
    return Asset(stamped(name, content), content, media_type)
