"""Reads the campaign files, templates, catalogs and SELECTs that make a revision."""

from __future__ import annotations

import errno
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from penfriend.domain.errors import SettingError
from penfriend.domain.problems import Place, Problem
from penfriend.language import read_bytes, sql_files_of
from penfriend.language.files import MAX_BYTES
from penfriend.language.includes import patterns_of

TEMPLATE_SUFFIXES = frozenset({".mjml", ".txt", ".po"})
LARGEST_TEMPLATE = 1_000_000
"""Bytes; a letter is clipped at a tenth of it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Files:
    """The texts of a revision by their path, as a person would name it, with the entry file's name."""

    entry: str
    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    include: tuple[str, ...] = ()
    """The patterns by which the entry file names further ones."""

    @property
    def campaign_files(self) -> dict[str, str]:
        """The campaign files, and the SELECTs that they name."""
        return {path: text for path, text in self.texts.items() if not path.startswith("templates/")}

    @property
    def templates(self) -> dict[str, str]:
        """What lies below templates/, by the path there."""
        return {
            path.removeprefix("templates/"): text
            for path, text in self.texts.items()
            if path.startswith("templates/")
        }

    @property
    def unreadable_templates(self) -> frozenset[str]:
        """The paths below templates/ of which there is no text, for a reason among the problems."""
        paths = {problem.place.file for problem in self.problems}
        return frozenset(path.removeprefix("templates/") for path in paths if path.startswith("templates/"))


def letter_name(path: str) -> str:
    """The name of the letter that a file below templates/ belongs to: a/b for a/b.ar.mjml."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.partition('.')[0]}"


def read_files(config: Path) -> Files:
    """All files of the revision that `config` names. Raises SettingError where the first one cannot be
    read."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    try:
        data = _read_regular(config)
    except OSError as error:
        raise SettingError(
            f"{config}: cannot be read ({error.strerror}); "
            "`penfriend init DIR` makes a starter, PENFRIEND_CONFIG names another file"
        ) from error
    _add(config.name, read_bytes(config.name, data), texts, problems)
    include = patterns_of(texts.get(config.name, ""))
    for name, path in included(config, include).items():
        _add(name, _campaign_file(name, path, config.parent), texts, problems)
    for name in sql_files(texts):
        if (path := config.parent / name).exists():
            _add(name, _campaign_file(name, path, config.parent), texts, problems)
    root = config.parent / "templates"
    for path in sorted(root.rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
            name = "templates/" + path.relative_to(root).as_posix()
            _add(name, _template(name, path), texts, problems)
    return Files(config.name, texts, tuple(problems), include)


def sql_files(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The files with a SELECT that campaign files name, by their path below the folder of the first."""
    files = [text for path, text in texts.items() if path.endswith((".yaml", ".yml"))]
    return tuple(dict.fromkeys(name for text in files for name in sql_files_of(text)))


def included(config: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    """The further campaign files that patterns name, by their path below the folder of `config`. What begins
    with a dot is passed over."""
    found: dict[str, Path] = {}
    for path in sorted(path for pattern in patterns for path in config.parent.glob(pattern)):
        parts = path.relative_to(config.parent).parts
        name = "/".join(parts)
        if name != config.name and path.is_file() and not any(part.startswith(".") for part in parts):
            found[name] = path
    return found


def _campaign_file(name: str, path: Path, folder: Path) -> str | Problem:
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return Problem(Place(name), "is a link out of this folder; only files below it can be named.")
        return read_bytes(name, _read_regular(path))
    except OSError as error:
        return Problem(Place(name), f"cannot be read ({error.strerror}).")


def _read_regular(path: Path) -> bytes:
    """The bytes of a file, no more than the longest has and one. What is no file (a pipe, a device) is not
    waited for. Raises OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    with path.open("rb") as file:
        return file.read(max(MAX_BYTES, LARGEST_TEMPLATE) + 1)


def _add(name: str, read: str | Problem, texts: dict[str, str], problems: list[Problem]) -> None:
    if isinstance(read, Problem):
        problems.append(read)
    else:
        texts[name] = read


def _template(name: str, path: Path) -> str | Problem:
    try:
        data = _read_regular(path)
    except OSError as error:
        return Problem(Place(name), f"cannot be read ({error.strerror})")
    if len(data) > LARGEST_TEMPLATE:
        return Problem(
            Place(name), f"has more than {LARGEST_TEMPLATE} bytes, which is the most for a template."
        )
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        return Problem(
            _behind(name, before),
            f"the file is not UTF-8: the byte {data[error.start]:#04x} cannot stand here. Save it as UTF-8.",
        )
    control = _CONTROL.search(text)
    if control is not None:
        word = "NUL" if control[0] == "\0" else f"U+{ord(control[0]):04X}"
        return Problem(
            _behind(name, text[: control.start()]), f"the character {word} cannot stand in a template."
        )
    return text


def _behind(name: str, before: str) -> Place:
    """The place that follows `before`."""
    return Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
