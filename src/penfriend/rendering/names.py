"""Which names a template reads, and which of them there are not: found in its parsed form, without running
it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from penfriend.domain.campaign import Campaign, Send, walk_steps
from penfriend.domain.definitions import Definitions
from penfriend.domain.fields import FIELDS
from penfriend.domain.problems import did_you_mean
from penfriend.rendering.counts import counting_fault
from penfriend.rendering.parsed import every_node
from penfriend.rendering.shapes import ANYTHING, Shape

_GROUPS = frozenset(FIELDS) - {"items"} | {"topic", "waited", "coupon"}
FUNCTIONS = frozenset(
    {
        "money",
        "date",
        "number",
        "bdi",
        "_",
        "gettext",
        "ngettext",
        "pgettext",
        "npgettext",
        "range",
        "namespace",
        "cycler",
        "joiner",
    }
)
_BOUND_BY_JINJA = dict.fromkeys(("loop", "caller", "varargs", "kwargs"), ANYTHING)


def sends(definitions: Definitions) -> Iterator[tuple[Campaign, Send]]:
    """Every send step of every campaign."""
    for campaign in definitions.campaigns.values():
        for step in walk_steps(campaign.steps):
            if isinstance(step, Send):
                yield campaign, step


def fact_names(tree: nodes.Template, more: Collection[str] = ()) -> set[str]:
    """The names of facts that a template reads and does not make itself; `more` are segments whose columns
    are facts."""
    known = _GROUPS.union(more)
    loaded: set[str] = set()
    bound: set[str] = set()
    for node in every_node(tree):
        if isinstance(node, nodes.Name):
            (loaded if node.ctx == "load" else bound).add(node.name)
    if (
        loaded & bound & known
    ):  # a name of ours is used for something else somewhere: Jinja itself has to tell
        loaded = find_undeclared_variables(tree)
    return loaded & known


Report = Callable[[int, str, str], None]
"""Takes the line of the template, what is wrong there, and the code of it."""
Told = Callable[[int, str], bool]
"""Takes the line and a name that is not defined there; whether that has been told in better words."""


class NameChecker:
    """Walks a parsed template with what is known of each name."""

    def __init__(self, known: Mapping[str, Shape], report: Report, told: Told) -> None:
        self._known = known
        self._report = report
        self._told = told

    def check(self, tree: nodes.Template) -> None:
        """Reports every name that there is not."""
        scope = {**dict.fromkeys(FUNCTIONS, ANYTHING), **self._known}
        self._walk_all(tree.body, scope)

    def _walk_all(self, some: list[nodes.Node], scope: dict[str, Shape]) -> None:
        for node in some:
            self._walk(node, scope)

    def _walk(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        match node:
            case nodes.For():
                self._for(node, scope)
            case nodes.Assign():
                held = self._shape(node.node, scope)
                self._bind(node.target, held, scope)
            case nodes.AssignBlock():
                self._walk_all(node.body, dict(scope))
                self._bind(node.target, ANYTHING, scope)
            case nodes.With():
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._bind(target, self._shape(value, scope), inner)
                self._walk_all(node.body, inner)
            case nodes.Macro() | nodes.CallBlock():
                self._macro(node, scope)
            case nodes.Expr():
                self._shape(node, scope)
            case _:
                self._walk_all(list(node.iter_child_nodes()), scope)

    def _for(self, node: nodes.For, scope: dict[str, Shape]) -> None:
        if node.recursive:
            self._report(node.lineno, "a loop cannot be recursive.", "jinja-syntax")
        held = self._shape(node.iter, scope)
        inner = {**scope, **_BOUND_BY_JINJA}
        self._bind(node.target, held.entries or ANYTHING, inner)
        if node.test is not None:
            self._shape(node.test, inner)
        self._walk_all(node.body, inner)
        self._walk_all(node.else_, dict(scope))

    def _macro(self, node: nodes.Macro | nodes.CallBlock, scope: dict[str, Shape]) -> None:
        if isinstance(node, nodes.Macro):
            scope[node.name] = ANYTHING
        else:
            self._shape(node.call, scope)
        inner = {**scope, **_BOUND_BY_JINJA, **dict.fromkeys((arg.name for arg in node.args), ANYTHING)}
        self._walk_all([*node.defaults], scope)
        self._walk_all(node.body, inner)

    def _bind(self, target: nodes.Node, held: Shape, scope: dict[str, Shape]) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = held
        elif isinstance(target, nodes.Tuple):
            for each in target.items:
                self._bind(each, ANYTHING, scope)

    def _shape(self, node: nodes.Node, scope: dict[str, Shape]) -> Shape:
        """What is known of the value of an expression; reports on the way what is wrong with it."""
        match node:
            case nodes.Name():
                return self._name(node, scope)
            case nodes.Getattr():
                return self._inside(node, self._shape(node.node, scope), node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str() as key)):
                return self._inside(node, self._shape(node.node, scope), key)
            case nodes.Getitem(arg=nodes.Const()):
                return self._shape(node.node, scope).entries or ANYTHING
            case (
                nodes.Getitem(arg=nodes.Slice())
                | nodes.Filter(name="list" | "sort" | "reverse" | "unique" | "_loop" | "_made")
            ):
                self._parts(node, scope, but="node")
                return self._shape(node.node, scope) if node.node is not None else ANYTHING
            case nodes.Call():
                return self._call(node, scope)
            case _:
                self._parts(node, scope)
                return ANYTHING

    def _parts(self, node: nodes.Node, scope: dict[str, Shape], but: str = "") -> None:
        for child in node.iter_child_nodes(exclude=(but,) if but else None):
            self._walk(child, scope)

    def _name(self, node: nodes.Name, scope: dict[str, Shape]) -> Shape:
        if node.name in scope or node.name.startswith("_"):
            return scope.get(node.name, ANYTHING)
        if self._told(node.lineno, node.name):
            return ANYTHING
        shown = [name for name in scope if not name.startswith("_")]
        self._report(
            node.lineno, f'"{node.name}" is not defined.{did_you_mean(node.name, shown)}', "unknown-name"
        )
        return ANYTHING

    def _inside(self, node: nodes.Node, held: Shape, name: str) -> Shape:
        if name in held.names:
            return held.names[name]
        hint = did_you_mean(name, held.names)
        if held.names and (not held.open or (held.near and hint)):
            self._report(node.lineno, f'{_written(node)}: there is no "{name}".{hint}', "unknown-name")
        return ANYTHING

    def _call(self, node: nodes.Call, scope: dict[str, Shape]) -> Shape:
        called = self._shape(node.node, scope)
        self._parts(node, scope, but="node")
        if called.type is not None:
            fault = counting_fault(node, _written(node.node))
            if fault:
                self._report(node.lineno, fault, "bad-count")
        return ANYTHING


def _written(node: nodes.Node) -> str:
    """A chain of names as it was written, as far as it is one."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_written(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const()):
            key = node.arg.value if isinstance(node.arg, nodes.Const) else None
            return (
                f'{_written(node.node)}["{key}"]' if isinstance(key, str) else f"{_written(node.node)}[{key}]"
            )
        case _:
            return "..."
