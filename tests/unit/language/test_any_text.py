"""Whatever the text is: no exception, and each problem has a place inside the file."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from penfriend.language import load, read_bytes
from tests.unit.language.support import ENVIRONMENT, SAMPLE

_PIECES = [
    *(
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "\n",
        "  ",
        "\t",
        '"',
        "'",
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "#",
        "%",
        "@",
        "null",
    ),
    *(
        "~",
        "",
        "${NOWHERE}",
        "segment: vip",
        "not: ",
        "any: [",
        "where: ",
        "contact.tier",
        "orders.count",
        "in: ",
    ),
    *(
        "event.price",
        "goal",
        "steps: []",
        "else: []",
        "-3 days",
        "1e999",
        "at_least: ",
        "within: last 0 days",
        "ş",
    ),
    *(
        "message.x.opened: no",
        "\u2028",
        "\x85",
        "match: {cart_id: cart.id}",
        "exit",
        "branch: []",
        "9999-12-31",
    ),
    *("0", "yes", "carts", "survey", "id: a"),
]


def mutated(seed: int) -> str:
    """The sample with a few cuts, copies and insertions."""
    source = random.Random(seed)
    text = SAMPLE
    for _ in range(source.randint(1, 8)):
        at, length = source.randrange(len(text)), source.choice([0, 1, 2, 5, 20])
        match source.randrange(4):
            case 0:
                text = text[:at] + source.choice(_PIECES) + text[at + length :]
            case 1:
                text = text[:at] + text[at + length :]
            case 2:
                other = source.randrange(len(text))
                text = text[:at] + text[other : other + 30] + text[at:]
            case _:
                lines = text.split("\n")
                one, two = source.randrange(len(lines)), source.randrange(len(lines))
                lines[one], lines[two] = lines[two], lines[one]
                text = "\n".join(lines)
    return text


def check(text: str) -> None:
    loaded = load({"c.yaml": text}, "c.yaml", ENVIRONMENT, {"welcome/hello"})
    errors = [problem for problem in loaded.problems if problem.level == "error"]
    assert (loaded.definitions is None) == bool(errors)
    lines = (
        text.count("\n")
        + text.count("\r")
        + text.count("\x85")
        + text.count("\u2028")
        + text.count("\u2029")
        + 1
    )
    for problem in loaded.problems:
        assert problem.place.file == "c.yaml"
        assert 1 <= problem.place.line <= lines
        assert problem.place.column >= 1
        assert problem.text.rstrip().endswith((".", '"', "?")), problem.text
        assert "\n" not in problem.text


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_mutated_sample_never_raises_and_has_places(seed: int) -> None:
    check(mutated(seed))


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_never_raises(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*_PIECES, "segments:\n", "campaigns:\n", "policy:\n", "a: "]), max_size=30).map(
        "".join
    )
)
def test_any_row_of_words_never_raises(text: str) -> None:
    check(text)


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_any_bytes_never_raise(data: bytes) -> None:
    text = read_bytes("c.yaml", data)
    if isinstance(text, str):
        check(text)
