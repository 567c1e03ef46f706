"""A letter is compiled once more for a brand and a language: what is the same for all its readers (colours,
the shop's name, texts without values, what follows from them) is worked out beforehand, and encoded.

Filled it is the same text to the byte; a letter has a hundred such values, and twenty of the reader's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import cast

from jinja2 import Template, nodes

from penfriend.rendering.compiler import CompiledLetter, Part
from penfriend.rendering.environment import LetterEnvironment
from penfriend.rendering.known_values import KnownValues, stored
from penfriend.rendering.parsed import every_node
from penfriend.rendering.quick_code import LONG, quick_code
from penfriend.rendering.quoted import quoted_part
from penfriend.rendering.tracked import END, around_end


@dataclass(frozen=True, slots=True)
class Special:
    """A letter of one brand in one language."""

    letter: CompiledLetter
    encoded: Mapping[str, bytes]
    """The long parts of its HTML, quoted-printable."""


def specialised(letter: CompiledLetter, known: Mapping[str, object]) -> Special:
    """The letter where these names have these values; groups of names are dicts."""
    html, code = _part(letter.html, known)
    made = replace(
        letter, subject=_part(letter.subject, known)[0], html=html, text=_part(letter.text, known)[0]
    )
    if letter.fallback is not None:
        return Special(made, {})
    # what may be the half of a line end is encoded with what stands beside it
    long = [text for text in _texts(code) if len(text) >= LONG and "\r" not in text]
    long += [half for text in long if END in text for half in around_end(text)]  # a foot comes between them
    return Special(made, {text: quoted_part(text) for text in long})


def _texts(code: CodeType) -> Iterator[str]:
    """All texts that compiled code holds."""
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _texts(constant)
        elif isinstance(constant, tuple):
            yield from (one for one in constant if isinstance(one, str))


def _part(part: Part, known: Mapping[str, object]) -> tuple[Part, CodeType]:
    env = cast("LetterEnvironment", part.template.environment)
    tree = cast("nodes.Template", _copy(part.outline.tree))
    bound = stored([tree])
    free = {name: value for name, value in known.items() if name not in bound}
    says = None if bound & {"_", "gettext"} else cast("Callable[[str], str]", env.globals["_"])
    tree.body = KnownValues(env, free, says).body(tree.body, {})
    loaded = {node.name for node in every_node(tree) if isinstance(node, nodes.Name) and node.ctx == "load"}
    _drop(tree, loaded)
    code = quick_code(env, tree, env.own_names - bound)
    made = Template.from_code(env, code, env.globals)
    return replace(part, template=made, constant=_constant(tree)), code


def _constant(tree: nodes.Template) -> str | None:
    """The text of a template that is nothing else."""
    match tree.body:
        case [nodes.Output(nodes=[nodes.TemplateData(data=text)])]:
            return str(text)
        case _:
            return None


def _copy(value: object) -> object:
    if isinstance(value, list):
        return [_copy(one) for one in value]
    if not isinstance(value, nodes.Node):
        return value
    fields = [_copy(getattr(value, name)) for name in value.fields]
    return type(value)(*fields, **{name: getattr(value, name) for name in value.attributes})


def _drop(tree: nodes.Node, loaded: set[str]) -> None:
    """Takes away what sets a known value that nobody reads, and joins what is printed without a break."""
    for node in every_node(tree):
        for name in node.fields:
            value = getattr(node, name)
            if isinstance(value, list) and any(isinstance(one, nodes.Stmt) for one in value):
                setattr(node, name, _joined([one for one in value if not _is_idle(one, loaded)]))


def _is_idle(node: nodes.Node, loaded: set[str]) -> bool:
    return (
        isinstance(node, nodes.Assign)
        and isinstance(node.target, nodes.Name)
        and isinstance(node.node, nodes.Const)
        and node.target.name not in loaded
    )


def _joined(some: list[nodes.Node]) -> list[nodes.Node]:
    """The statements with what is printed in one. A text may be printed behind what sets a value as well as
    before it."""
    made: list[nodes.Node] = []
    for node in some:
        if made and isinstance(node, nodes.Output) and isinstance(made[-1], nodes.Output):
            made[-1].nodes += node.nodes
        elif made and isinstance(node, nodes.Assign | nodes.AssignBlock) and _is_static(made[-1]):
            made.insert(-1, node)
        else:
            made.append(node)
    for node in made:
        if isinstance(node, nodes.Output):
            node.nodes = _with_texts_joined(node.nodes)
    return made


def _is_static(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(isinstance(one, nodes.TemplateData) for one in node.nodes)


def _with_texts_joined(some: list[nodes.Expr]) -> list[nodes.Expr]:
    made: list[nodes.Expr] = []
    for node in some:
        last = made[-1] if made else None
        if isinstance(node, nodes.TemplateData) and isinstance(last, nodes.TemplateData):
            last.data += node.data
        else:
            made.append(node)
    return made
