"""Jinja syntax tag by tag, so that every mistake of a file is found at once and each has its own place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, TemplateSyntaxError, nodes

from penfriend.domain.problems import did_you_mean
from penfriend.rendering.findings import Problems
from penfriend.rendering.parsed import every_node
from penfriend.rendering.source import Kind, Piece
from penfriend.rendering.syntax_hints import TAGS, hint_for

_PAIRED = frozenset({"if", "for", "with", "filter", "call", "macro", "block"})
_MIDDLE = {"elif": ("if",), "else": ("if", "for")}
_OWN = {"filter": " Ours are money, date, number and bdi; docs/templates.md has all.", "test": ""}
_PRIVATE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![\w.])(_\w+)""", re.DOTALL)


def check_file(pieces: Sequence[Piece], env: Environment, problems: Problems) -> None:
    """Adds what is wrong with the tags of one file: each for itself, and how they are paired."""
    _check_pairs(pieces, problems)
    for piece in pieces:
        if piece.kind is not Kind.TEXT:
            check_piece(piece, env, problems)


def check_piece(piece: Piece, env: Environment, problems: Problems) -> None:
    """Adds what is wrong with one tag."""
    named = piece.word in ("include", "extends")  # what is wrong with a path is told where it is followed
    for found in () if named else _PRIVATE.finditer(piece.text):
        if found.group(1):
            problems.error(
                piece.place, f'"{found.group(1)}": names cannot begin with an underscore.', "unknown-name"
            )
    source = _alone(piece)
    if piece.word == "else" and piece.inner != "else":
        text = f"{{% else %}} takes nothing.{hint_for(piece.text, '')} In: {_shortened(piece.text)}"
        problems.error(piece.place, text, "jinja-syntax")
    if not source:
        return
    try:
        _check_filters(env.parse(source), piece, env, problems)
    except TemplateSyntaxError as error:
        hint = hint_for(piece.text, error.message or "")
        text = f"{_sentence(error)}{hint} In: {_shortened(piece.text)}"
        problems.error(piece.place, text, "jinja-syntax")
    except RecursionError:
        problems.error(piece.place, "this tag is nested too deeply.", "too-large")


def _check_filters(tree: nodes.Template, piece: Piece, env: Environment, problems: Problems) -> None:
    for node in every_node(tree):
        if not isinstance(node, nodes.Filter | nodes.Test):
            continue
        kind, known = ("filter", env.filters) if isinstance(node, nodes.Filter) else ("test", env.tests)
        if node.name not in known:
            shown = [name for name in known if not name.startswith("_")]
            problems.error(
                piece.place,
                f'there is no {kind} "{node.name}".{did_you_mean(node.name, shown) or _OWN[kind]}',
                "unknown-filter",
            )


def _alone(piece: Piece) -> str:
    """A source in which the tag can stand for itself; empty where it says nothing that could be wrong."""
    if piece.kind is not Kind.STATEMENT:
        return piece.text
    word = piece.word
    if word == "elif":
        return f"{{% if 1 %}}{piece.text}{{% endif %}}"
    if word == "else" or word.startswith("end") or word in ("extends", "include", "import", "from"):
        return ""
    if word in _PAIRED or _is_block_set(piece):
        return f"{piece.text}{{% end{word} %}}"
    return piece.text


def _is_block_set(piece: Piece) -> bool:
    return piece.word == "set" and "=" not in piece.inner


def _check_pairs(pieces: Sequence[Piece], problems: Problems) -> None:
    opened: list[Piece] = []
    for piece in pieces:
        word = piece.word if piece.kind is Kind.STATEMENT else ""
        if word in _PAIRED or _is_block_set(piece):
            opened.append(piece)
        elif word in _MIDDLE:
            if not opened or opened[-1].word not in _MIDDLE[word]:
                problems.error(piece.place, f"{{% {word} %}} belongs to no {{% if %}}.", "jinja-syntax")
        elif word.startswith("end"):
            _close(piece, opened, problems)
    for piece in opened:
        problems.error(
            piece.place,
            f"{{% {piece.word} %}} is not closed; {{% end{piece.word} %}} is missing.",
            "jinja-syntax",
        )


def _close(piece: Piece, opened: list[Piece], problems: Problems) -> None:
    word = piece.word.removeprefix("end")
    if opened and opened[-1].word == word:
        opened.pop()
    elif any(one.word == word for one in opened):
        while opened[-1].word != word:
            left = opened.pop()
            problems.error(
                left.place, f"{{% {left.word} %}} is not closed before {{% {piece.word} %}}.", "jinja-syntax"
            )
        opened.pop()
    else:
        problems.error(
            piece.place, f"{{% {piece.word} %}} closes nothing.{_near(piece.word)}", "jinja-syntax"
        )


def _near(word: str) -> str:
    return "" if word in TAGS else did_you_mean(word, TAGS)


def _sentence(error: TemplateSyntaxError) -> str:
    text = " ".join((error.message or "this is no Jinja.").split())
    return text if text.endswith(".") else f"{text}."


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."


def alone(piece: Piece) -> str:
    """A source in which the tag can be parsed by itself; empty where it says nothing."""
    return _alone(piece)
