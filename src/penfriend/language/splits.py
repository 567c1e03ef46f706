"""The step `split`: its shares, and how the better arm is found."""

from __future__ import annotations

from collections.abc import Callable

from penfriend.domain.campaign import Send, Share, Step, Winner, WinsBy, walk_steps
from penfriend.language import step_keys
from penfriend.language.nodes import Entry, Node, Sequence
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import DURATION, LABEL, PERCENT
from penfriend.language.untracked import heed_winner_by_clicks

ReadSteps = Callable[[Node, str], tuple[Step, ...]]


def read_shares(entry: Entry, has_winner: bool, read_steps: ReadSteps, reading: Reading) -> tuple[Share, ...]:
    """The arms of a split. Their shares come to 100 % at most, and their names are different."""
    nodes = reading.items(entry.value, '"split"')
    if isinstance(entry.value, Sequence) and not nodes:
        reading.error(entry.value, "a split needs an arm, such as {share: 50%, name: short, steps: [...]}.")
    names: set[str] = set()
    arms: list[Share] = []
    for node in nodes:
        found = reading.table(node, step_keys.SHARE)
        percent = reading.word(found.get("share"), PERCENT)
        name = reading.word(found.get("name"), LABEL)
        steps = read_steps(found["steps"].value, '"steps"') if "steps" in found else ()
        if name is not None and name in names:
            reading.error(
                found["name"].value, f"the name {quote(name)} is taken by another arm of this split."
            )
        if name is not None and percent is not None:
            names.add(name)
            arms.append(Share(name, percent, steps))
    if arms and len(arms) == len(nodes):
        _look_at_sum(entry, sum(arm.percent for arm in arms), has_winner, reading)
    return tuple(arms)


def _look_at_sum(entry: Entry, percent: float, has_winner: bool, reading: Reading) -> None:
    percent = round(percent, 3)
    if percent > 100:
        reading.error(entry.key, f"the shares come to {percent:g}%; 100% is the most.")
    elif percent < 100 and not has_winner:
        reading.report.warning(
            entry.key, f"the shares come to {percent:g}%: the others take no arm and go on behind the split."
        )


def read_winner(
    entry: Entry | None, arms: tuple[Share, ...], has_goal: bool, reading: Reading
) -> Winner | None:
    """How the better arm is found; it needs two that send something."""
    if entry is None:
        return None
    found = reading.table(entry.value, step_keys.WINNER, entry.key)
    by = reading.word(found.get("by"), step_keys.WINS_BY)
    after = reading.word(found.get("after"), DURATION)
    if by == WinsBy.CLICKED:
        heed_winner_by_clicks(found["by"].value, reading)
    if by == WinsBy.GOAL and not has_goal:
        reading.error(found["by"].value, '"by: goal" needs a goal, and the campaign has none.')
    if len(arms) == 1:
        reading.error(entry.key, "a winner is found among two arms or more, and this split has one.")
    elif arms and not any(isinstance(step, Send) for arm in arms for step in walk_steps(arm.steps)):
        reading.error(
            entry.key, "a winner is reckoned from the first mail of the split, and no arm sends one."
        )
    return None if by is None or after is None else Winner(WinsBy(by), after)
