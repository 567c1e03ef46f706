"""Puts the limits into a parsed template before it is compiled: filters of our own around what goes round and
around what makes a value."""

from __future__ import annotations

from jinja2 import Environment, nodes

from penfriend.rendering.parsed import every_node

_TRANSLATING = frozenset({"_", "gettext"})


def guard(tree: nodes.Template, env: Environment) -> None:
    """Puts the limits into a parsed template: loops are counted, what it makes is weighed, `~` is kept short,
    a text that is not written out is escaped when translated."""
    for node in list(every_node(tree)):
        if isinstance(node, nodes.For):
            node.iter = _filtered(node.iter, "_loop", env)
        elif isinstance(node, nodes.AssignBlock):
            node.filter = _filtered(node.filter, "_made", env, node.lineno)
        elif isinstance(node, nodes.Call) and _is_dynamic_translation(node):
            node.node = nodes.Name("_translated", "load", lineno=node.lineno, environment=env)
    for node in reversed(list(every_node(tree))):  # what a node holds comes first: a ~ within a ~
        _replace_makers(node, env)


def _filtered(node: nodes.Node | None, name: str, env: Environment, line: int | None = None) -> nodes.Filter:
    made = nodes.Filter(node, name, [], [], None, None, lineno=line or (node.lineno if node else 1))
    made.set_environment(env)
    return made


def _is_dynamic_translation(node: nodes.Call) -> bool:
    called = isinstance(node.node, nodes.Name) and node.node.name in _TRANSLATING
    return called and bool(node.args) and not isinstance(node.args[0], nodes.Const)


def _replace_makers(node: nodes.Node, env: Environment) -> None:
    """Puts a weighing around each expression of the node that makes a value."""
    for name in node.fields:
        value = getattr(node, name, None)
        if isinstance(value, _MAKERS):
            setattr(node, name, _weighed(value, env))
        elif isinstance(value, list) and any(isinstance(each, _MAKERS) for each in value):
            weighed = [_weighed(each, env) if isinstance(each, _MAKERS) else each for each in value]
            setattr(node, name, weighed)


_MAKERS = (nodes.Concat, nodes.List, nodes.Tuple, nodes.Dict, nodes.Getitem)


def _weighed(node: nodes.Expr, env: Environment) -> nodes.Expr:
    if isinstance(node, nodes.Concat):
        return _short(node, env)
    if isinstance(node, nodes.Getitem):
        return _filtered(node, "_made", env) if isinstance(node.arg, nodes.Slice) else node
    if isinstance(node, nodes.Tuple) and node.ctx != "load":
        return node
    held = every_node(node)
    if all(
        isinstance(each, nodes.List | nodes.Tuple | nodes.Dict | nodes.Pair | nodes.Const) for each in held
    ):
        return node  # no larger than it is written
    return _filtered(node, "_made", env)


def _short(concat: nodes.Concat, env: Environment) -> nodes.Filter:
    joined = nodes.List(list(concat.nodes), lineno=concat.lineno)
    joined.set_environment(env)
    return _filtered(joined, "_join", env)
