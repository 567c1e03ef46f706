"""Counts within a window in a template, `points.earned(within="last 1 month")`: found in its parsed form, so
that it is known before a letter is made what has to be counted for it."""

from __future__ import annotations

from collections.abc import Collection

from jinja2 import Environment, nodes

from penfriend.domain.counting import Counted, narrowing_field, read_counted
from penfriend.domain.fields import FIELDS
from penfriend.domain.time_words import WordError
from penfriend.rendering.parsed import every_node

_GROUPS = frozenset(group for group, keys in FIELDS.items() if any(known.narrows for known in keys.values()))


def replace_counts(tree: nodes.Template, facts: Collection[str], env: Environment) -> frozenset[Counted]:
    """What the template counts. Each call becomes a look at what was counted; a call that is wrong stays,
    for `counting_fault` to be told of. `facts` are the names that are no variables of the template's own."""
    if _GROUPS.isdisjoint(facts):
        return frozenset()
    found: set[Counted] = set()
    for holder in every_node(tree):
        if isinstance(holder, nodes.CallBlock):
            continue  # only a macro can be called there
        for name, value in list(holder.iter_fields()):
            if isinstance(value, list):
                setattr(holder, name, [_looked_up(one, facts, env, found) for one in value])
            else:
                setattr(holder, name, _looked_up(value, facts, env, found))
    return frozenset(found)


def _looked_up(value: object, facts: Collection[str], env: Environment, found: set[Counted]) -> object:
    path = _path(value.node) if isinstance(value, nodes.Call) else ()
    if not (isinstance(value, nodes.Call) and path and path[0] in facts):
        return value
    try:
        counted = _read(value, path)
    except WordError:
        return value
    found.add(counted)
    text = nodes.Const(counted.text, lineno=value.lineno, environment=env)
    made = nodes.Filter(value.node, "_counted", [text], [], None, None, lineno=value.lineno)
    made.set_environment(env)
    return made


def counting_fault(call: nodes.Call, written: str) -> str | None:
    """What is wrong with the call of a field, as it was `written`; None where nothing is."""
    try:
        _read(call, _path(call.node))
    except WordError as error:
        return f"{written}(...): {error}"
    return None


def _read(call: nodes.Call, path: tuple[str, ...]) -> Counted:
    field = narrowing_field(path) if path else None
    if field is None:
        raise WordError(_NO_COUNT)
    if call.args or call.dyn_args is not None or call.dyn_kwargs is not None:
        raise WordError(f'its window has a name. Write {field.name}(within="last 30 days").')
    given: dict[str, str] = {}
    for argument in call.kwargs:
        value = _constant(argument.value)
        if not isinstance(value, str):
            raise WordError(
                f"{argument.key} wants a text in quotes: what is counted is known before the letter is made."
                f' Write {field.name}(within="last 30 days").'
            )
        given[argument.key] = str(value)
    return read_counted(field, given)


def _constant(node: nodes.Expr) -> object:
    """The value of an expression that is the same for everybody; None for any other."""
    try:
        return node.as_const()
    except nodes.Impossible:
        return None


_COUNTS = ", ".join(
    f"{group}.{'NAME.' if group == 'events' else ''}{key}"
    for group, keys in FIELDS.items()
    for key, known in keys.items()
    if known.narrows
)
_NO_COUNT = f"this cannot be called. A count, a sum or an average can, written whole: {_COUNTS}."


def _path(node: nodes.Node) -> tuple[str, ...]:
    """The parts of a chain of names, `a.b["c"]`; empty for anything else."""
    match node:
        case nodes.Name():
            return (node.name,)
        case nodes.Getattr():
            held, key = _path(node.node), node.attr
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            held = _path(node.node)
        case _:
            return ()
    return (*held, key) if held else ()
