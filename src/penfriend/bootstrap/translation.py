"""The catalogs of the templates as files: messages.pot gathered, catalogs merged and compiled. With `check`
nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from penfriend.bootstrap.files import Files, read_files
from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import CampaignFilesInvalid, NotFound, SettingError
from penfriend.domain.problems import Problem
from penfriend.domain.written import WrittenText
from penfriend.language import load
from penfriend.rendering.catalogs import catalog_locales, catalog_path
from penfriend.rendering.findings import Problems
from penfriend.rendering.formats import locale_of
from penfriend.rendering.translation.compiling import Compiled, compile_catalog
from penfriend.rendering.translation.gathering import gather, notes_of
from penfriend.rendering.translation.merging import (
    Merged,
    as_written,
    merge,
    new_catalog,
    template_text,
    together,
)
from penfriend.rendering.translation.po import PoFile, read_po

TEMPLATE = "templates/locale/messages.pot"


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was gathered."""

    file: str
    texts: int
    is_changed: bool
    """The file was another one, or there was none."""


@dataclass(frozen=True, slots=True)
class Updated:
    """One catalog, merged."""

    locale: str
    file: str
    merged: Merged
    is_changed: bool


@dataclass(frozen=True, slots=True)
class CompiledCatalog:
    """One catalog, compiled."""

    locale: str
    file: str
    """The .mo."""
    compiled: Compiled
    is_old: bool
    """There is a .mo of a former catalog."""


def extract(settings: Settings, *, check: bool) -> Extracted:
    """Gathers the texts of templates and campaign files into messages.pot. Raises CampaignFilesInvalid where
    a file cannot be read, because its texts would be lost."""
    return _extract(settings, _gathered(read_files(settings.config), settings), check=check)


def _extract(settings: Settings, texts: Sequence[WrittenText], *, check: bool) -> Extracted:
    path = settings.config.parent / TEMPLATE
    changed = _write(path, template_text(texts).encode(), check=check)
    return Extracted(TEMPLATE, len(together(texts)), changed)


def update(
    settings: Settings, locales: Collection[str], *, written: bool, check: bool
) -> tuple[Extracted, tuple[Updated, ...]]:
    """Gathers, and merges into the catalogs: of the named locales, which are begun where there are none, or
    of all. `written` says that letters are written in the language of those that are named. Raises
    CampaignFilesInvalid, and NotFound for a locale that there is not."""
    files = read_files(settings.config)
    texts = _gathered(files, settings)
    problems = Problems()
    made = list(_catalogs(files, locales, problems, written=written))
    if problems.errors:
        raise CampaignFilesInvalid(problems.errors)
    done = []
    for locale, path, catalog in made:
        merged = merge(catalog, locale, texts)
        written = _write(
            settings.config.parent / path, merged.text.encode(), check=check, old=files.texts.get(path)
        )
        done.append(Updated(locale, path, merged, written))
    return _extract(settings, texts, check=check), tuple(done)


def _catalogs(
    files: Files, named: Collection[str], problems: Problems, *, written: bool
) -> Iterator[tuple[str, str, PoFile]]:
    """Locale, path and content of each catalog, as it is or is begun. What cannot be read is in the
    problems."""
    known = catalog_locales(files.templates)
    for name in dict.fromkeys(named) or sorted(known):
        locale = locale_of(name)
        if locale is None and not named:
            continue  # `validate` says that it is not read
        if locale is None:
            raise NotFound(f'there is no locale "{name}"; one reads de, or de_AT with its country.')
        path = known.get(str(locale), catalog_path(str(locale)))
        catalog, new = PoFile(), new_catalog(locale)
        if path in files.templates:
            catalog = read_po(f"templates/{path}", files.templates[path], problems) or catalog
        if not catalog.header:
            catalog = replace(new, entries=catalog.entries, behind=catalog.behind)
        yield str(locale), f"templates/{path}", as_written(catalog, locale) if written else catalog


def compile_catalogs(settings: Settings, *, check: bool) -> tuple[CompiledCatalog, ...]:
    """Compiles every catalog, as far as it is right. Raises NotFound where there is none."""
    files = read_files(settings.config)
    found = catalog_locales(files.templates)
    if not found:
        raise NotFound(
            f"there is no catalog; `penfriend translate update --locale tr` begins "
            f"templates/{catalog_path('tr')}."
        )
    done = []
    for locale, path in sorted(found.items()):
        compiled = compile_catalog(path, files.templates[path])
        target = settings.config.parent / "templates" / Path(path).with_suffix(".mo")
        was_there = target.exists()
        changed = _write(target, compiled.content, check=check)
        name = Path("templates", path).with_suffix(".mo").as_posix()
        done.append(CompiledCatalog(locale, name, compiled, was_there and changed))
    return tuple(done)


def _gathered(files: Files, settings: Settings) -> tuple[WrittenText, ...]:
    """The texts by place. What is wrong with a file beside its texts is not asked here."""
    texts, problems = gather(files.templates)
    errors = [*files.problems, *problems]
    campaigns: tuple[WrittenText, ...] = ()
    if files.entry in files.texts:
        loaded = load(files.campaign_files, files.entry, settings.environment, None)
        campaigns = tuple(text for text in loaded.texts if not text.locales)
        errors += [] if loaded.readable is not None else loaded.problems
    wrong: tuple[Problem, ...] = tuple(sorted(one for one in set(errors) if one.level == "error"))
    if wrong:
        raise CampaignFilesInvalid(wrong)
    notes = {file: notes_of(files.texts[file]) for file in {one.place.file for one in campaigns}}
    noted = [replace(one, note=notes[one.place.file].get(one.place.line, "")) for one in campaigns]
    return tuple(sorted((*noted, *texts), key=lambda one: one.place))


def _write(path: Path, content: bytes, *, check: bool, old: str | None = None) -> bool:
    """Whether the file changes, which is not done where `check` only asks. `old` is its text where it was
    read already."""
    try:
        before = old.encode() if old is not None else path.read_bytes() if path.exists() else None
        if before == content:
            return False
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise SettingError(f"{path}: cannot be written ({error.strerror})") from error
    return True
