"""The policy: when and how much marketing mail goes out."""

from __future__ import annotations

from penfriend.domain.campaign import Policy, PolicyWhen
from penfriend.domain.stops import NEVER as NEVER_STOP
from penfriend.domain.stops import StopAt
from penfriend.domain.timing import Cap
from penfriend.language import keys, section_keys
from penfriend.language.conditions import NEVER, read_condition
from penfriend.language.nodes import Entry, Node, Scalar, Sequence, is_null
from penfriend.language.reading import Reading
from penfriend.language.scope import Scope
from penfriend.language.shapes import CAP, DURATION, HOLDOUT, OF_MAILS, ROWS, SEND_BETWEEN, SEND_ON, WHOLE


def read_policy(entry: Entry | None, scope: Scope, reading: Reading) -> Policy:
    """The policy of the file or of a campaign."""
    if entry is None:
        return Policy()
    found = reading.table(entry.value, keys.POLICY)
    when: tuple[Node, ...] = ()
    if "when" in found and not is_null(found["when"].value):
        when = reading.items(found["when"].value, '"when"')
    return _sending(found, tuple(_when(item, scope, reading) for item in when), reading)


def _when(node: Node, scope: Scope, reading: Reading) -> PolicyWhen:
    found = reading.table(node, keys.POLICY_WHEN)
    condition = found.pop("if", None)
    if condition is not None and not found and not reading.has_unknown(node, keys.POLICY_WHEN):
        reading.error(
            node,
            "an entry of when replaces nothing. Give send_between, send_on, at_most, max_lateness, holdout.",
        )
    tree = NEVER if condition is None else read_condition(condition.value, scope, reading)
    return PolicyWhen(tree, _sending(found, (), reading))


def _sending(found: dict[str, Entry], when: tuple[PolicyWhen, ...], reading: Reading) -> Policy:
    return Policy(
        send_window_hours=reading.word(found.get("send_between"), SEND_BETWEEN),
        send_days=_days(found.get("send_on"), reading),
        at_most=_caps(found.get("at_most"), reading),
        max_lateness=reading.word(found.get("max_lateness"), DURATION),
        holdout=reading.word(found.get("holdout"), HOLDOUT),
        confirm_above=reading.word(found.get("confirm_above"), WHOLE),
        stop_at=_stop_at(found.get("stop_at"), reading),
        when=when,
    )


def _stop_at(entry: Entry | None, reading: Reading) -> StopAt | None:
    """The limits at which a campaign stops by itself, or `none`."""
    if entry is None:
        return None
    if isinstance(entry.value, Scalar) and entry.value.text == "none":
        return NEVER_STOP
    found = reading.table(entry.value, section_keys.STOP_AT)
    return StopAt(
        bounces=reading.word(found.get("bounces"), OF_MAILS),
        complaints=reading.word(found.get("complaints"), OF_MAILS),
        render_failures=reading.word(found.get("render_failures"), OF_MAILS),
        at_least=reading.word(found.get("at_least"), ROWS),
    )


def _days(entry: Entry | None, reading: Reading) -> frozenset[int] | None:
    if entry is None or not isinstance(entry.value, Sequence):
        return reading.word(entry, SEND_ON)
    if not entry.value.items:
        reading.error(entry.value, '"send_on" has no day; nothing would ever go out.')
    days = [reading.value(item, SEND_ON, '"send_on"') for item in entry.value.items]
    return frozenset().union(*(part for part in days if part is not None))


def _caps(entry: Entry | None, reading: Reading) -> tuple[Cap, ...] | None:
    """One limit, a list of them, or `none`."""
    if entry is None:
        return None
    if isinstance(entry.value, Scalar) and entry.value.text == "none":
        return ()
    items = reading.items(entry.value, '"at_most"', or_one=True)
    if not items:
        reading.error(entry.value, '"at_most" has no limit. Write 3 per 7 days, a list of such, or none.')
    caps = [reading.value(item, CAP, '"at_most"') for item in items]
    return tuple(cap for cap in caps if cap is not None)
