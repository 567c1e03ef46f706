"""`penfriend translate`: the catalogs of the templates, gathered, merged and compiled."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from penfriend.bootstrap import Settings
from penfriend.cli.output import AS_JSON, DONE, WRONG, print_json, problems_document
from penfriend.domain.problems import Problem

if TYPE_CHECKING:
    from penfriend.bootstrap.translation import CompiledCatalog, Extracted, Updated

SHOWN = 5
"""So many warnings of one catalog are printed."""
CHECK = typer.Option(False, "--check", help="Write nothing; exit status 1 where a file would change.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(translate)
    commands.command("extract")(extract)
    commands.command("update")(update)
    commands.command("compile")(compile_)
    app.add_typer(commands, name="translate")


def translate() -> None:
    """Gather the texts of letters, and keep their translations.

    Example: penfriend translate update
    """


def extract(check: bool = CHECK, as_json: bool = AS_JSON) -> int:
    """Gather every text of the templates into messages.pot. Those of campaign files as well that are not
    given as a map of locales.

    Example: penfriend translate extract
    """
    from penfriend.bootstrap import translation

    done = translation.extract(Settings.of(os.environ), check=check)
    if as_json:
        print_json(_extracted(done))
    else:
        typer.echo(f"{done.file}: {done.texts} texts{_state(done.is_changed, check=check)}")
    return WRONG if check and done.is_changed else DONE


def update(
    locale: list[str] = typer.Option([], "--locale", help="This catalog alone; begins it. May be repeated."),
    as_written: bool = typer.Option(
        False, "--as-written", help="Letters are written in the language of the --locale that is named."
    ),
    check: bool = CHECK,
    as_json: bool = AS_JSON,
) -> int:
    """Gather the texts and merge them into each messages.po. Translations, comments and the head stay;
    the translation of a changed text is proposed (fuzzy); what is gone moves to the end.

    Example: penfriend translate update --locale de
    """
    from penfriend.bootstrap import translation

    if as_written and not locale:
        raise typer.BadParameter("--as-written says something of one catalog; name it by --locale")
    extracted, done = translation.update(Settings.of(os.environ), locale, written=as_written, check=check)
    if as_json:
        print_json({"template": _extracted(extracted), "catalogs": [_updated(one) for one in done]})
    else:
        typer.echo(f"{extracted.file}: {extracted.texts} texts{_state(extracted.is_changed, check=check)}")
        for one in done:
            typer.echo(f"{one.file}: {_counts(one)}{_state(one.is_changed, check=check)}")
    return WRONG if check and (extracted.is_changed or any(one.is_changed for one in done)) else DONE


def compile_(check: bool = CHECK, as_json: bool = AS_JSON) -> int:
    """Write a .mo beside each catalog, and say what is not right. Texts without a translation, fuzzy ones,
    wrong placeholders, a wrong number of plural forms. Penfriend itself reads the .po.

    Example: penfriend translate compile
    """
    from penfriend.bootstrap import translation

    done = translation.compile_catalogs(Settings.of(os.environ), check=check)
    problems = [problem for one in done for problem in one.compiled.problems]
    if as_json:
        rows = problems_document(problems)["problems"]
        print_json({"right": not problems, "catalogs": [_compiled(one) for one in done], "problems": rows})
    else:
        for one in done:
            for line in _shown(one.compiled.problems):
                typer.echo(line)
            typer.echo(f"{one.file}: {one.compiled.translated} of {one.compiled.texts} texts")
    return WRONG if problems or (check and any(one.is_old for one in done)) else DONE


def _state(is_changed: bool, *, check: bool) -> str:
    return "" if not is_changed else ", would change" if check else ", written"


def _counts(one: Updated) -> str:
    merged = one.merged
    counts = {
        "new": merged.added,
        "changed": merged.changed,
        "gone": merged.gone,
        "not translated": merged.untranslated,
        "fuzzy": merged.fuzzy,
    }
    return ", ".join(
        [f"{merged.texts} texts", *(f"{count} {what}" for what, count in counts.items() if count)]
    )


def _shown(problems: Sequence[Problem]) -> Iterator[str]:
    """Every error, and the first of the warnings."""
    count: Counter[str] = Counter()
    for problem in problems:
        count[problem.level] += 1
        if problem.level == "error" or count[problem.level] <= SHOWN:
            yield str(problem)
    if count["warning"] > SHOWN:
        yield f"{problems[0].place.file}: and {count['warning'] - SHOWN} more like these (--json names all)"


def _extracted(done: Extracted) -> dict[str, object]:
    return {"file": done.file, "texts": done.texts, "changed": done.is_changed}


def _updated(one: Updated) -> dict[str, object]:
    return {
        "locale": one.locale,
        "file": one.file,
        "texts": one.merged.texts,
        "new": one.merged.added,
        "proposed": one.merged.changed,
        "gone": one.merged.gone,
        "untranslated": one.merged.untranslated,
        "fuzzy": one.merged.fuzzy,
        "changed": one.is_changed,
    }


def _compiled(one: CompiledCatalog) -> dict[str, object]:
    return {
        "locale": one.locale,
        "file": one.file,
        "texts": one.compiled.texts,
        "translated": one.compiled.translated,
        "untranslated": one.compiled.untranslated,
        "fuzzy": one.compiled.fuzzy,
    }
