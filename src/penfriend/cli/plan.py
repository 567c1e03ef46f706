"""`penfriend plan`: what the files would change, for whom, and which guards would stop it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

import typer
from rich.console import Console

from penfriend.bootstrap import House
from penfriend.bootstrap.planning import Planning
from penfriend.cli.moments import iso_moment, shown_moment
from penfriend.cli.output import AS_JSON, CHANGES, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.changes import Change
from penfriend.domain.plan import Ahead, MovedPeople, Plan

END = "the end"
REMOVED = "out: the campaign is removed"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


def plan(as_json: bool = AS_JSON) -> int:
    """Compare campaigns.yaml and templates/ with what is live. What would change, who would move and enter,
    how many mails would go out within 24 hours, and what would stop it. Nothing is changed.

    Example: penfriend plan
    """
    with House.open() as house:
        files = house.read_files()
        found = Planning(house, files, house.check(files)).plan()
        zone = house.brand_zone(files)
    for problem in found.problems:
        typer.echo(str(problem), err=True)
    if as_json:
        print_json(as_document(found))
    elif not found.changes:
        typer.echo(f"no change: the files are revision {found.revision}, which is live")
    else:
        out = console()
        beside = f"revision {found.revision}" if found.revision else "nothing: no revision is live yet"
        out.print(f"Compared with {beside}, at {shown_moment(found.at, zone)} ({zone.key})", markup=False)
        print_changes(out, found.changes)
        print_moved(out, found.moved)
        _print_numbers(out, found)
    return CHANGES if found.changes else DONE


def print_changes(out: Console, changes: Sequence[Change]) -> None:
    """What differs, line by line; of a new campaign the steps are not listed, they are all new."""
    if changes:
        out.print("Changes", style="bold")
    for alike, group in groupby(changes, key=_alike):
        together = list(group)
        kind, campaign, what = alike[:3]
        names = ", ".join(change.name for change in together if change.name)
        of = f"{campaign}, {kind}" if campaign else kind
        _print_line(out, f" {what:<8} ", f"{of} {names}".strip())
        for clause in together[0].words:
            _print_line(out, " " * 12, clause)
    if changes:
        out.print()


def _print_line(out: Console, indent: str, text: str) -> None:
    """As wide as the terminal; a name is not broken."""
    lines = wrap(
        text,
        out.width,
        initial_indent=indent,
        subsequent_indent=" " * (len(indent) + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    out.print("\n".join(lines), markup=False, soft_wrap=True)


def _alike(change: Change) -> tuple[str, str, str, str]:
    """What has no more to say of it stands in one line with others of its kind."""
    alone = change.name if change.words else ""
    return change.kind, change.campaign, change.what.value, alone


def print_moved(out: Console, moved: Sequence[MovedPeople]) -> None:
    """The table of who goes on elsewhere."""
    if moved:
        rows = [(one.campaign, one.step, one.people, _whither(one)) for one in moved]
        out.print(table("People who move", ("campaign", "from", "people", "to"), rows, numbers=(2,)))


def _whither(one: MovedPeople) -> str:
    return REMOVED if one.removed else one.to if one.to is not None else END


def _print_numbers(out: Console, found: Plan) -> None:
    rows = list(_ahead_rows(found.live, found.planned))
    if rows:
        head = ("campaign", "enter at once", "enter later", "mails", "without the change")
        out.print(table("The next 24 hours", head, rows, numbers=(1, 2, 3, 4)))
    if found.sizes:
        sizes = [(one.segment, one.before, one.after) for one in found.sizes]
        out.print(table("Segments", ("segment", "members now", "then"), sizes, numbers=(1, 2)))
    if found.forgotten:
        counts = ", ".join(f"{number} {kind}" for kind, number in found.forgotten.items())
        out.print(f"Retention would delete: {counts}")
    for objection in found.objections:
        out.print(f"Stopped by {objection}", markup=False)
    if found.objections:
        out.print("`penfriend apply --yes` goes past it.", markup=False)


def _ahead_rows(live: Ahead, planned: Ahead) -> Iterator[tuple[object, ...]]:
    counts = _by_campaign(live, planned)
    yield from counts
    if len(counts) > 1:
        totals = (sum(row[1] for row in counts), sum(row[2] for row in counts))
        yield ("all", *totals, sum(row[3] for row in counts), sum(row[4] for row in counts))


def _by_campaign(live: Ahead, planned: Ahead) -> list[tuple[str, int, int, int, int]]:
    names = dict.fromkeys((*planned.at_once, *planned.later, *planned.mails, *live.mails))
    return [
        (
            name,
            planned.at_once.get(name, 0),
            planned.later.get(name, 0),
            planned.mails.get(name, 0),
            live.mails.get(name, 0),
        )
        for name in sorted(names)
    ]


def as_document(found: Plan) -> dict[str, object]:
    """The JSON document."""
    return {
        "revision": found.revision,
        "at": iso_moment(found.at),
        "changes": [
            {
                "kind": change.kind,
                "campaign": change.campaign or None,
                "name": change.name or None,
                "what": change.what.value,
                "words": list(change.words),
            }
            for change in found.changes
        ],
        "moved": [
            {
                "campaign": one.campaign,
                "step": one.step,
                "to": one.to,
                "people": one.people,
                "removed": one.removed,
            }
            for one in found.moved
        ],
        "next_24_hours": {
            name: {"enter_at_once": row[0], "enter_later": row[1], "mails": row[2], "mails_unchanged": row[3]}
            for name, *row in _by_campaign(found.live, found.planned)
        },
        "segments": [
            {"segment": one.segment, "before": one.before, "after": one.after} for one in found.sizes
        ],
        "retention_would_delete": dict(found.forgotten),
        "objections": [{"guard": one.guard, "text": one.text} for one in found.objections],
    }
