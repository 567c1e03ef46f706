"""Reading the text: places, limits, the environment, and that no text does harm."""

from __future__ import annotations

import pytest

from penfriend.domain.problems import Place, Problem
from penfriend.language import load, read_bytes
from penfriend.language.files import MAX_BYTES
from penfriend.language.nodes import MappingNode, Node, Scalar
from penfriend.language.report import Report
from penfriend.language.tree import MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, read_tree
from tests.unit.language.support import load_text, problems_of


def tree(text: str, environment: dict[str, str] | None = None) -> MappingNode:
    report = Report()
    root = read_tree(text, "c.yaml", environment or {}, report)
    assert report.problems == ()
    assert isinstance(root, MappingNode)
    return root


def text_of(node: Node | None) -> str:
    assert isinstance(node, Scalar)
    return node.text


def refused(text: str) -> str:
    loaded = load_text(text)
    assert loaded.definitions is None
    return str(loaded.problems[0])


@pytest.mark.parametrize(
    "word", ["no", "09:00", "9:30", "1e3", "010", "0x1f", "2026-12-24", "=", "1_000", ".inf"]
)
def test_a_value_stays_the_text_that_was_written(word: str) -> None:
    assert text_of(tree(f"a: {word}").value("a")) == word


def test_on_is_a_key_like_any_other() -> None:
    assert list(tree("on: 1\nno: 2\n").entries) == ["on", "no"]


@pytest.mark.parametrize("word", ["", "~", "null", "Null"])
def test_only_an_unquoted_null_is_null(word: str) -> None:
    bare, quoted = tree(f"a: {word}").value("a"), tree(f'a: "{word}"').value("a")
    assert isinstance(bare, Scalar)
    assert isinstance(quoted, Scalar)
    assert (bare.is_null, quoted.is_null) == (True, False)


def test_places_count_from_one_and_characters_not_bytes() -> None:
    node = tree("şehir: {ülke: TR}\n").value("şehir")
    assert isinstance(node, MappingNode)
    assert node.entries["ülke"].value.place == Place("c.yaml", 1, 15)


def test_a_byte_order_mark_moves_no_place() -> None:
    loaded = load({"c.yaml": "\ufeffpolcy: {}\n"}, "c.yaml", {}, None)
    assert loaded.problems[0].place == Place("c.yaml", 1, 1)


def test_the_environment_is_put_in_and_not_read_again() -> None:
    root = tree("a: x-${A}-${B}\n", {"A": "1", "B": "${A}"})
    assert text_of(root.value("a")) == "x-1-${A}"


def test_two_dollars_are_one() -> None:
    assert text_of(tree("a: $${A}\n").value("a")) == "${A}"


def test_an_alias_stands_for_what_it_names() -> None:
    root = tree("a: &x {b: 1}\nc: *x\n")
    assert root.value("a") == root.value("c")


def test_a_merge_key_is_refused_and_what_it_gives_is_read_all_the_same() -> None:
    merged = "segments: {a: &a {where: {contact.country: TR}}, b: {<<: *a, description: x}}\n"
    assert problems_of(merged) == ['3:54: "<<" is not part of the language. Write the keys out.']


def test_many_aliases_are_refused() -> None:
    assert "too many aliases" in refused("a: &a 1\nb: [" + "*a, " * (MAX_ALIASES + 1) + "]\n")


def test_few_aliases_that_stand_for_much_are_refused() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert str(MAX_ALIASED_NODES) in refused(f"a0: &a0 [x]\n{levels}")


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "[a,", "{a: "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    assert refused(opening * 100_000).endswith(f"this is nested too deeply: at most {MAX_DEPTH} levels.")


def test_deep_nesting_by_aliases_is_refused() -> None:
    deep = "[" * (MAX_DEPTH - 5) + "]" * (MAX_DEPTH - 5)
    assert "nested too deeply" in refused(f"a: &a {deep}\nb: [[[[[[*a]]]]]]\n")


@pytest.mark.parametrize("deepest", [20, MAX_DEPTH - 4])
def test_conditions_as_deep_as_allowed_are_read(deepest: int) -> None:
    where = "{not: " * (deepest - 3) + "{contact.country: TR}" + "}" * (deepest - 3)
    assert problems_of(f"segments: {{s: {{where: {where}}}}}\n") == []


def test_a_condition_with_too_many_tests_is_refused() -> None:
    tests = ", ".join("{contact.country: TR}" for _ in range(301))
    assert problems_of(f"segments: {{s: {{where: {{any: [{tests}]}}}}}}\n")[0].startswith(
        "3:23: a condition holds at most 300 tests."
    )


def test_segments_that_multiply_are_refused() -> None:
    lines = [f"  a{n}: {{where: [{', '.join([f'{{segment: a{n - 1}}}'] * 5)}]}}\n" for n in range(1, 15)]
    found = problems_of("segments:\n  a0: {where: {contact.country: TR}}\n" + "".join(lines))
    assert found[0].startswith('8:3: the segment "a4" is too much with all the segments that it names')


def test_an_entry_file_that_is_not_there_is_a_problem() -> None:
    assert load({}, "c.yaml", {}, None).problems == (Problem(Place("c.yaml"), "there is no such file."),)


def test_half_a_character_is_a_problem_with_its_place() -> None:
    assert refused("a: 1\nb: \ud800\n") == "c.yaml:2:4: the character U+D800 cannot stand here."


def test_bytes_become_text() -> None:
    assert read_bytes("c.yaml", "a: ş\n".encode()) == "a: ş\n"
    assert read_bytes("c.yaml", b"\xef\xbb\xbfa: 1\n") == "a: 1\n"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            b"a: 1\nb: caf\xe9\n",
            "c.yaml:2:7: the file is not UTF-8: the byte 0xe9 cannot stand here. Save it as UTF-8.",
        ),
        (b"a: 1\nb: \0\n", "c.yaml:2:4: the character NUL cannot stand here."),
        (b"a: \x1b[0m\n", "c.yaml:1:4: the character U+001B cannot stand here."),
        (b"a" * (MAX_BYTES + 1), "c.yaml:1:1: the file is longer than 1 MB."),
        (
            b"\xff\xfea\0",
            "c.yaml:1:1: the file is not UTF-8: the byte 0xff cannot stand here. Save it as UTF-8.",
        ),
    ],
)
def test_bytes_that_are_no_campaign_file(data: bytes, problem: str) -> None:
    assert str(read_bytes("c.yaml", data)) == problem


def test_a_text_past_the_limit_is_refused_too() -> None:
    assert refused("#" * (MAX_BYTES + 10)) == "c.yaml:1:1: the file is longer than 1 MB."
