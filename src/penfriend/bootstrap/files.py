"""Reads the campaign files, templates and catalogs that make a revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from penfriend.domain.errors import SettingError
from penfriend.domain.problems import Place, Problem
from penfriend.language import read_bytes

TEMPLATE_SUFFIXES = frozenset({".mjml", ".txt", ".po"})
LARGEST_TEMPLATE = 1_000_000
"""Bytes; a letter is clipped at a tenth of it."""


@dataclass(frozen=True, slots=True)
class Files:
    """The texts of a revision by their path, as a person would name it, with the entry file's name."""

    entry: str
    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    @property
    def campaign_files(self) -> dict[str, str]:
        """The campaign files."""
        return {path: text for path, text in self.texts.items() if not path.startswith("templates/")}

    @property
    def templates(self) -> dict[str, str]:
        """What lies below templates/, by the path there."""
        return {
            path.removeprefix("templates/"): text
            for path, text in self.texts.items()
            if path.startswith("templates/")
        }


def read_files(config: Path) -> Files:
    """All files of the revision that `config` names. Raises SettingError where the first one cannot be
    read."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    try:
        data = config.read_bytes()
    except OSError as error:
        raise SettingError(
            f"{config}: cannot be read ({error.strerror}); "
            "`penfriend init DIR` makes a starter, PENFRIEND_CONFIG names another file"
        ) from error
    _add(config.name, read_bytes(config.name, data), texts, problems)
    root = config.parent / "templates"
    for path in sorted(root.rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
            name = "templates/" + path.relative_to(root).as_posix()
            _add(name, _template(name, path), texts, problems)
    return Files(config.name, texts, tuple(problems))


def _add(name: str, read: str | Problem, texts: dict[str, str], problems: list[Problem]) -> None:
    if isinstance(read, Problem):
        problems.append(read)
    else:
        texts[name] = read


def _template(name: str, path: Path) -> str | Problem:
    try:
        data = path.read_bytes()
    except OSError as error:
        return Problem(Place(name), f"cannot be read ({error.strerror})")
    if len(data) > LARGEST_TEMPLATE:
        return Problem(Place(name), f"has {len(data)} bytes; a template has at most {LARGEST_TEMPLATE}")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(Place(name, line), f"is not UTF-8 (byte {data[error.start]:#04x})")
