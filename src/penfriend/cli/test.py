"""`penfriend test`: the `tests:` of the campaign files, each with its timeline where it fails."""

from __future__ import annotations

import os
import time
from pathlib import Path
from xml.etree import ElementTree

import typer

from penfriend.bootstrap import Settings, Trial, campaign_tests, check, read_files
from penfriend.cli.output import AS_JSON, DONE, IMPOSSIBLE, WRONG, complain, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.errors import CampaignFilesInvalid, SettingError
from penfriend.domain.timeline import Line, is_met


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test")(run_tests)


def run_tests(
    keyword: str = typer.Option(
        "", "-k", metavar="NAME", help="Only tests whose name or campaign holds this."
    ),
    junit: Path | None = typer.Option(None, "--junit", help="Write the results as JUnit XML, for CI."),
    as_json: bool = AS_JSON,
) -> int:
    """Run the tests of the campaign files.

    Example: penfriend test -k welcome --junit results.xml
    """
    settings = Settings.of(os.environ)
    checked = check(read_files(settings.config), settings, (b"nothing of a test leaves the house",))
    if checked.definitions is None or checked.renderer is None:
        raise CampaignFilesInvalid(checked.errors)
    definitions, renderer = checked.require()
    wanted = [one for one in definitions.tests if keyword in one.name or keyword in one.campaign]
    if keyword and not wanted:
        complain(f'no test or campaign is called "{keyword}"')
        return IMPOSSIBLE
    done: list[tuple[Trial, float]] = []
    with campaign_tests(settings, definitions, renderer) as tests:
        for one in wanted:
            began = time.monotonic()
            done.append((tests.run(one), time.monotonic() - began))
            if not as_json:
                _tell(done[-1][0])
    if junit is not None:
        _write_junit(junit, done)
    failed = sum(not tested.passed for tested, _ in done)
    if as_json:
        print_json({"passed": len(done) - failed, "failed": failed, "tests": [_row(one) for one, _ in done]})
    else:
        typer.echo(f"{len(done) - failed} passed, {failed} failed" if done else "there are no tests")
    return WRONG if failed else DONE


def _tell(tested: Trial) -> None:
    name = f"{tested.test.campaign}: {tested.test.name}"
    if tested.passed:
        typer.echo(f"passed  {name}")
        return
    typer.echo(f"FAILED  {name} ({tested.test.place})")
    if tested.fault:
        typer.echo(f"        {tested.fault}")
        return
    rows = [
        ("" if is_met((wanted, found)) else "<>", _text(wanted), _text(found))
        for wanted, found in tested.pairs
    ]
    console().print(table("", ("", "expected", "what happened"), rows))


def _text(line: Line | None) -> str:
    return "-" if line is None else str(line)


def _row(tested: Trial) -> dict[str, object]:
    return {
        "name": tested.test.name,
        "campaign": tested.test.campaign,
        "place": str(tested.test.place),
        "passed": tested.passed,
        "fault": tested.fault or None,
        "timeline": [
            {
                "expected": None if wanted is None else str(wanted),
                "actual": None if found is None else str(found),
            }
            for wanted, found in tested.pairs
        ],
    }


def _write_junit(path: Path, done: list[tuple[Trial, float]]) -> None:
    failed = sum(not tested.passed for tested, _ in done)
    suite = ElementTree.Element(
        "testsuite",
        name="penfriend",
        tests=str(len(done)),
        failures=str(failed),
        time=f"{sum(seconds for _, seconds in done):.3f}",
    )
    for tested, seconds in done:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=tested.test.campaign,
            name=tested.test.name,
            file=str(tested.test.place.file if tested.test.place else ""),
            time=f"{seconds:.3f}",
        )
        if not tested.passed:
            lines = [f"{_text(wanted):<60} | {_text(found)}" for wanted, found in tested.pairs]
            failure = ElementTree.SubElement(case, "failure", message=tested.fault or "the timeline differs")
            failure.text = "\n".join([f"{'expected':<60} | what happened", *lines])
    try:
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise SettingError(f"{path}: cannot be written ({error.strerror})") from error
