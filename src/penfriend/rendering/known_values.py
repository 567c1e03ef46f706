"""Works out what of a parsed template does not depend on the reader: statement by statement, with what was
set so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from jinja2 import Environment, nodes
from jinja2.filters import do_replace
from markupsafe import Markup, escape

from penfriend.rendering.limits import MAX_VALUE
from penfriend.rendering.parsed import every_node

Scope = dict[str, object]
"""Names that the template has set to a value that is known."""
_UNKNOWN = object()
_PLAIN = (str, int, float, type(None))


def stored(some: Iterable[nodes.Node]) -> set[str]:
    """The names that are set anywhere in these nodes."""
    return {
        node.name
        for one in some
        for node in every_node(one)
        if isinstance(node, nodes.NSRef | nodes.Macro)
        or (isinstance(node, nodes.Name) and node.ctx != "load")
    }


class KnownValues:
    """Puts known values into a tree, in place. `known` are the names that have a value, groups of names as
    dicts; `translate` says a text in the reader's language."""

    def __init__(
        self, env: Environment, known: Mapping[str, object], translate: Callable[[str], str] | None
    ) -> None:
        self._env, self._known, self._translate = env, known, translate

    def body(self, some: list[nodes.Node], scope: Scope) -> list[nodes.Node]:
        """These statements one after the other; `scope` is as they leave it."""
        return [made for node in some for made in self._statement(node, scope)]

    def _statement(self, node: nodes.Node, scope: Scope) -> list[nodes.Node]:
        match node:
            case nodes.Output():
                node.nodes = [self._printed(self._expression(one, scope)) for one in node.nodes]
            case nodes.Assign():
                node.node = self._expression(node.node, scope)
                self._forget(scope, stored([node.target]))
                if isinstance(node.target, nodes.Name) and isinstance(node.node, nodes.Const):
                    scope[node.target.name] = node.node.value
            case nodes.If():
                return self._if(node, scope)
            case nodes.For():
                node.iter = self._expression(node.iter, scope)
                inner = self._inner(scope, node)
                node.test = node.test and self._expression(node.test, inner)
                node.body, node.else_ = self.body(node.body, {**inner}), self.body(node.else_, {**inner})
            case nodes.With():
                node.values = [self._expression(one, scope) for one in node.values]
                node.body = self.body(node.body, self._inner(scope, node))
            case nodes.AssignBlock():
                return [self._block(node, scope)]
            case nodes.Macro() | nodes.CallBlock() | nodes.FilterBlock():
                # what a macro finds set is known when it is called
                inner = self._inner(scope, node) if isinstance(node, nodes.FilterBlock) else {}
                node.body = self.body(node.body, inner)
                self._forget(scope, stored([node]))
            case _:
                self._forget(scope, stored([node]))
        return [node]

    @staticmethod
    def _forget(scope: Scope, names: set[str]) -> None:
        for name in names:
            scope.pop(name, None)

    @staticmethod
    def _inner(scope: Scope, node: nodes.Node) -> Scope:
        names = stored([node])
        return {name: value for name, value in scope.items() if name not in names}

    def _if(self, node: nodes.If, scope: Scope) -> list[nodes.Node]:
        node.test = self._expression(node.test, scope)
        if isinstance(node.test, nodes.Const):
            if node.test.value:
                return self.body(node.body, scope)
            if not node.elif_:
                return self.body(node.else_, scope)
        before = {**scope}
        self._forget(scope, stored([node]))
        node.body, node.else_ = self.body(node.body, {**before}), self.body(node.else_, {**before})
        for other in node.elif_:
            other.test = self._expression(other.test, before)
            other.body = self.body(other.body, {**before})
        return [node]

    def _block(self, node: nodes.AssignBlock, scope: Scope) -> nodes.Node:
        node.body = self.body(node.body, self._inner(scope, node))
        self._forget(scope, stored([node.target]))
        parts = [part for one in node.body if isinstance(one, nodes.Output) for part in one.nodes]
        is_plain = isinstance(node.filter, nodes.Filter) and node.filter.node is None
        if not (
            is_plain
            and isinstance(node.target, nodes.Name)
            and all(isinstance(one, nodes.Output) for one in node.body)
            and all(isinstance(part, nodes.TemplateData) for part in parts)
        ):
            return node
        text = "".join(cast("nodes.TemplateData", part).data for part in parts)
        value = Markup(text) if self._env.autoescape else text  # noqa: S704 - the author's own
        scope[node.target.name] = value
        return nodes.Assign(node.target, self._const(value, node), lineno=node.lineno)

    def _printed(self, node: nodes.Expr) -> nodes.Expr:
        if not isinstance(node, nodes.Const) or node.value is None:
            return node
        text = str(escape(node.value)) if self._env.autoescape else str(node.value)
        return nodes.TemplateData(text, lineno=node.lineno, environment=self._env)

    def _const(self, value: object, like: nodes.Node) -> nodes.Const:
        return nodes.Const(value, lineno=like.lineno, environment=self._env)

    # -- expressions

    def _expression(self, node: nodes.Node, scope: Scope) -> nodes.Expr:
        """The expression with what is known in it."""
        value = self._value(node, scope)
        if isinstance(value, _PLAIN):
            return self._const(value, node)
        if value is _UNKNOWN:
            for name in node.fields:
                held = getattr(node, name)
                if isinstance(held, nodes.Expr | nodes.Helper):
                    setattr(node, name, self._expression(held, scope))
                elif isinstance(held, list):
                    changed = [
                        self._expression(one, scope) if isinstance(one, nodes.Expr | nodes.Helper) else one
                        for one in held
                    ]
                    setattr(node, name, changed)
        return self._folded(cast("nodes.Expr", node))

    def _value(self, node: nodes.Node, scope: Scope) -> object:
        """What a name or a chain of names stands for, or a text that is only translated."""
        match node:
            case nodes.Name(ctx="load"):
                return scope.get(node.name, self._known.get(node.name, _UNKNOWN))
            case nodes.Getattr():
                held = self._value(node.node, scope)
                return held.get(node.attr, _UNKNOWN) if isinstance(held, dict) else _UNKNOWN
            case nodes.Call(
                node=nodes.Name(name="_" | "gettext"),
                args=[nodes.Const(value=str() as text)],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ) if self._translate is not None:
                return self._translate(text)
            case _:
                return _UNKNOWN

    def _folded(self, node: nodes.Expr) -> nodes.Expr:
        match node:
            case nodes.CondExpr(test=nodes.Const(value=value)) if node.expr2 is not None or value:
                return cast("nodes.Expr", node.expr1 if value else node.expr2)
            case nodes.Or(left=nodes.Const(value=value)):
                return node.left if value else node.right
            case nodes.And(left=nodes.Const(value=value)):
                return node.right if value else node.left
            case nodes.Not(node=nodes.Const(value=value)):
                return self._const(not value, node)
            case nodes.Compare(expr=nodes.Const(), ops=[nodes.Operand(op="eq" | "ne", expr=nodes.Const())]):
                return self._const(node.as_const(), node)
            case nodes.Call(node=nodes.Name(name="_url"), args=[nodes.Const(value=str() as address)]) if (
                address.startswith("https://")
            ):
                return node.args[0]
            case nodes.Filter(name="_made", node=nodes.Const()):
                return cast("nodes.Expr", node.node)
            case nodes.Filter(
                name="replace",
                node=nodes.Const(value=str() as text),
                args=[nodes.Const(value=str() as old), nodes.Const(value=str() as new)],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ) if len(text) * len(new) < MAX_VALUE:
                return self._const(do_replace(nodes.EvalContext(self._env), text, old, new), node)
            case nodes.Filter(name="_join", node=nodes.List(items=items)) if all(map(_is_text, items)):
                texts = [cast("nodes.Const", one).value for one in items]
                joined = Markup("").join(map(escape, texts)) if self._env.autoescape else "".join(texts)
                return self._const(joined, node)
            case _:
                return node


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)
