"""The Python that a letter becomes when it is compiled for its brand and language: the same as Jinja's, with
the way shortened where it is known beforehand what a step can be.

Filled it is the same text to the byte, and every limit holds; `tests/unit/rendering/test_quick_code.py` holds
both ways together. What differs from the code that Jinja writes:

- Filters, tests, functions of our own and constant texts are bound when the code is loaded, not in each mail.
- A call of one of our own functions goes to the function. It still looks at the clock before, and what it
  makes is still counted, but for short texts: those can be many only by what looks at the clock and counts by
  itself (a loop, a macro), and what keeps them is counted whole.
- `a.b` of a group of names reads the group; whatever else `a` is goes the sandbox's way.
- What is printed is looked at and escaped in one step, without a Markup in between.
- The address of a link is made from the one value or text it holds, without a block around it.
- What is set is not kept in Jinja's context as well: nothing of ours reads it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO
from keyword import iskeyword
from types import CodeType

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_PARAMETER
from markupsafe import Markup

from penfriend.rendering import quick
from penfriend.rendering.parsed import every_node

LONG = 200
"""A text of so many characters is a part of its own, which is encoded beforehand; what is shorter is not
worth a line end."""
_LINKS = {"_utm": "utm_of", "_tracked": "tracked_of", "_link": "link_of"}
"""By the filter around an address, what gives it for all addresses of a letter."""
_TEXT = frozenset({"money", "number", "date", "_", "gettext", "ngettext", "pgettext", "npgettext"})
"""Functions that give a text."""


def quick_code(env: Environment, tree: nodes.Template, own: frozenset[str]) -> CodeType:
    """The code of a parsed template, which is changed by it. `own` are the names of functions of ours, as far
    as neither the template nor the facts give them another meaning."""
    called: dict[str, None] = {}
    for node in every_node(tree):
        name = _called(node)
        if isinstance(node, nodes.Call) and name in own:
            called[name] = None
            node.node = nodes.EnvironmentAttribute(name, lineno=node.lineno)
    written = StringIO()
    generator = QuickCode(env, None, None, written, optimized=False)
    generator.called = tuple(called)
    generator.visit(tree)
    return compile(written.getvalue(), "<template>", "exec")


def _called(node: nodes.Node) -> str:
    """The name that is called, with arguments that Python can be given as they stand."""
    match node:
        case nodes.Call(node=nodes.Name(name=name), dyn_args=None, dyn_kwargs=None):
            return "" if any(iskeyword(one.key) for one in node.kwargs) else str(name)
        case _:
            return ""


class QuickCode(CodeGenerator):
    """Writes the code of one template. It has no blocks, includes or imports, which are resolved before
    (`penfriend.rendering.inheritance`), and is escaped all through or not at all."""

    called: Sequence[str] = ()
    """The functions of ours that it calls, as attributes of the environment."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Binds what does not change from mail to mail."""
        all_nodes = list(every_node(node))
        filters = [one.name for one in all_nodes if isinstance(one, nodes.Filter)]
        self.writeline(f"from {quick.__name__} import {', '.join(quick.__all__)}")
        self.writeline("from markupsafe import Markup")
        self.writeline(f"shown = {'shown_in_html' if self.environment.autoescape else 'shown_in_text'}")
        self.writeline("attr = environment.getattr")
        self._functions: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._links = [name for name in _LINKS if name in filters]
        self._bind("filters", filters, self.filters)
        self._bind("tests", (one.name for one in all_nodes if isinstance(one, nodes.Test)), self.tests)
        self._bind("globals", self.called, self._functions)
        for one in all_nodes:
            if isinstance(one, nodes.Const) and isinstance(one.value, Markup):
                self._bind_text(str(one.value))
        super().visit_Template(node, frame)

    # each is there: a filter or test of another name does not get through `penfriend.rendering.syntax`
    def _bind(self, kind: str, names: Iterable[str], bound: dict[str, str]) -> None:
        for name in dict.fromkeys(names):
            bound[name] = self.temporary_identifier()
            self.writeline(f"{bound[name]} = environment.{kind}[{name!r}]")

    def _bind_text(self, text: str) -> None:
        if text not in self._texts:
            self._texts[text] = self.temporary_identifier()
            self.writeline(f"{self._texts[text]} = Markup({text!r})")

    def pull_dependencies(self, _: Iterable[nodes.Node]) -> None:
        """They are bound already."""

    def write_commons(self) -> None:
        """What each mail has of its own."""
        super().write_commons()
        self.writeline("budget = letter_budget(context)")
        self.writeline("look, made = budget.look_at_clock, budget.made")
        for name in self._links:
            self.writeline(f"follow{name} = {_LINKS[name]}(context, {bool(self.environment.autoescape)})")

    def pop_assign_tracking(self, _: Frame) -> None:
        """Nothing of ours asks the context for what a template has set."""
        self._assign_stack.pop()

    # -- what is printed

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Values and the short texts between them are one part of the letter, long texts one each."""
        if frame.buffer is not None:
            super().visit_Output(node, frame)
            return
        for run in _runs(node.nodes):
            if len(run) == 1:
                self.writeline("yield ", run[0])
                self._write_printed(run[0], frame)
                continue
            self.writeline("yield ''.join((")
            for one in run:
                self.newline(one)
                self._write_printed(one, frame)
                self.write(",")
            self.write("))")

    def _write_printed(self, node: nodes.Expr, frame: Frame) -> None:
        if isinstance(node, nodes.TemplateData):
            self.write(repr(node.data))
        else:
            self._around("shown(budget, ", node, ")", frame)

    def _output_child_pre(self, _node: nodes.Expr, _frame: Frame, _finalize: object) -> None:
        self.write("shown(budget, ")

    def _output_child_post(self, _node: nodes.Expr, _frame: Frame, _finalize: object) -> None:
        self.write(")")

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:
        """An address that is one value, or one text, goes without a buffer."""
        value = _only_value(node)
        if value is None:
            super().visit_FilterBlock(node, frame)
            return
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.start_write(frame, value)  # where an error is the value's
        self.write(f"follow{node.filter.name}(")
        self._write_printed(value, inner)
        self.write(")")
        self.end_write(frame)
        self.leave_frame(inner)

    # -- expressions

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:
        """A text of the author's."""
        if isinstance(node.value, Markup):
            self.write(self._texts[str(node.value)])
        else:
            super().visit_Const(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """The entry of a group: what a loop goes through are the shop's, all others ours."""
        ref = frame.symbols.ref(node.node.name) if isinstance(node.node, nodes.Name) else ""
        is_plain = ref and node.attr != "attributes"
        if is_plain:
            load = frame.symbols.find_load(ref)
            is_shops = load is not None and load[0] == VAR_LOAD_PARAMETER
            test = (
                f"type({ref}) is Lenient" if is_shops else f"type({ref}) is dict and {node.attr!r} in {ref}"
            )
            self.write(f"({ref}[{node.attr!r}] if {test} else ")
        self.write("attr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")
        if is_plain:
            self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """A function of ours goes without the sandbox."""
        if not isinstance(node.node, nodes.EnvironmentAttribute):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        if node.node.name == "_url" and len(node.args) == 1 and not node.kwargs:
            self._around("(kept if type(kept := ", node.args[0], ") is str and kept[:8] == 'https://'", frame)
            self.write(f" else made(look() or {self._functions['_url']}(kept)))")
            return
        is_text = node.node.name in _TEXT
        self.write("(kept if len(kept := " if is_text else "made(")
        self.write(f"(look() or {self._functions[node.node.name]}(")
        for number, one in enumerate([*node.args, *node.kwargs]):
            self.write(", " if number else "")
            self.visit(one, frame)
        self.write(f")){') <= SMALL else made(kept)' if is_text else ''})")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """Those that do little are done in place."""
        match node:
            case nodes.Filter(dyn_args=nodes.Node()) | nodes.Filter(dyn_kwargs=nodes.Node()):
                super().visit_Filter(node, frame)
            case nodes.Filter(name="_made", node=nodes.Node() as value):
                self._around("made(", value, ")", frame)
            case nodes.Filter(name="_loop", node=nodes.Node() as value):
                self._around("budget.loop(", value, ")", frame)
            case nodes.Filter(name="length" | "count", node=nodes.Node() as value, args=[], kwargs=[]):
                self._around("len(", value, ")", frame)
            case nodes.Filter(
                name="default", node=nodes.Node() as value, args=[nodes.Const() as other], kwargs=[]
            ):
                self.write("(")
                self.visit(other, frame)
                self._around(" if isinstance(kept := ", value, ", Undefined) else kept)", frame)
            case nodes.Filter(name="int", node=nodes.Node() as value, args=[nodes.Const()], kwargs=[]):
                self._around("(kept if type(kept := ", value, ") is int and kept.bit_length() <= 64", frame)
                self.write(f" else {self.filters['int']}(context, kept")
                self.signature(node, frame)
                self.write("))")
            case _:
                super().visit_Filter(node, frame)

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:
        """`is none` asks no function."""
        if node.name == "none":
            self._around("(", node.node, " is None)", frame)
        else:
            super().visit_Test(node, frame)

    def _around(self, before: str, value: nodes.Node, behind: str, frame: Frame) -> None:
        self.write(before)
        self.visit(value, frame)
        self.write(behind)


def _runs(some: Sequence[nodes.Expr]) -> list[list[nodes.Expr]]:
    """What is printed, cut at long texts."""
    runs: list[list[nodes.Expr]] = [[]]
    for one in some:
        if isinstance(one, nodes.TemplateData) and len(one.data) >= LONG:
            runs += [[one], []]
        else:
            runs[-1].append(one)
    return [run for run in runs if run]


def _only_value(block: nodes.FilterBlock) -> nodes.Expr | None:
    """What stands in a block around an address, where that is one value."""
    match block.body:
        case [nodes.Output(nodes=[nodes.Expr() as value])] if block.filter.name in _LINKS:
            return value
        case _:
            return None
