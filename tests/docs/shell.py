"""The commands that there are, the command lines that the pages show, and what of them does not exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from tests.docs.pages import ROOT, Page

SHELL = frozenset({"sh", "shell", "bash", "console", ""})
"""The languages of code blocks that are read as command lines. A block without one may be something else;
in all of them a line counts only where it begins with one of PROGRAMS."""
PROGRAMS = ("penfriend", "make")
HELP = frozenset({"--help", "-h"})
_SETTING = re.compile(r"[A-Z_][A-Z0-9_]*=")
_STAND_IN = re.compile(r"[A-Z][A-Z_]*")
_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the program. The program itself has an empty path."""

    path: tuple[str, ...]
    options: frozenset[str]
    """Long and short; without --help, which all have."""
    with_value: frozenset[str]
    """Those of the options behind which a value stands."""
    arguments: frozenset[str]
    """As the help calls them."""
    defaults: Mapping[str, str]
    """Of the options that have a number or a word for one."""
    inner: Mapping[str, Command]

    @property
    def title(self) -> str:
        """As one types it: `penfriend messages resolve`."""
        return " ".join(("penfriend", *self.path))


@lru_cache(maxsize=1)
def the_program() -> Command:
    """The whole tree of commands."""
    from penfriend.cli.main import program

    return _read(get_command(program()), ())


def _read(found: object, path: tuple[str, ...]) -> Command:
    params = getattr(found, "params", [])
    options = [one for one in params if isinstance(one, TyperOption) and not HELP & set(one.opts)]
    inner = found.commands if isinstance(found, TyperGroup) else {}
    return Command(
        path=path,
        options=frozenset(name for one in options for name in (*one.opts, *one.secondary_opts)),
        with_value=frozenset(name for one in options if not one.is_flag for name in one.opts),
        arguments=frozenset(
            one.metavar or str(one.name).upper() for one in params if isinstance(one, TyperArgument)
        ),
        defaults={one.opts[0]: str(one.default) for one in options if _is_default(one.default)},
        inner={name: _read(each, (*path, name)) for name, each in sorted(inner.items())},
    )


def _is_default(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""


def every_command(command: Command) -> Iterator[Command]:
    """The command, and all below it."""
    yield command
    for inner in command.inner.values():
        yield from every_command(inner)


def shown_lines(page: Page) -> Iterator[str]:
    """Every simple command that the page shows, without what it says is not built yet."""
    promised = page.promised
    for span in promised.spans:
        yield from _simple(span)
    for block in promised.blocks:
        if block.language in SHELL:
            for line in block.text.replace("\\\n", " ").splitlines():
                yield from _simple(line.removeprefix("$ "))


def _simple(line: str) -> Iterator[str]:
    """The commands of a line that are ours: behind `&&`, `|` and `;` too, without settings before them."""
    for part in re.split(r"&&|\|\||;| \| ", line):
        words = part.split()
        while words and _SETTING.match(words[0]):
            words = words[1:]
        if words and words[0] in PROGRAMS:
            yield " ".join(words)


def faults(line: str, program: Command) -> list[str]:
    """What of a command line does not exist."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        return [f"{line}: {error}"]
    if words[0] == "make":
        known = set(_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
        wrong = [word for word in words[1:] if "=" not in word and word not in known]
        return [f"{line}: the Makefile has no {word}" for word in wrong]
    return list(_faults_of_penfriend(line, words[1:], program))


def _faults_of_penfriend(line: str, words: list[str], command: Command) -> Iterator[str]:
    before = ""
    for word in (word.strip("[]") for word in words):
        if word.startswith("-") and word != "-":
            if word.partition("=")[0] not in command.options | HELP:
                yield f"{line}: there is no option {word}"
        elif command.inner and before not in command.with_value and not _STAND_IN.fullmatch(word):
            names = word.split("|")  # `import contacts|events`
            if not command.inner.keys() >= set(names):
                yield f"{line}: there is no command {word}"
                return
            command = command.inner[names[0]]
        before = word
