"""The sizes and habits of DESIGN.md, "The house", over every module: small, explained, a pure domain."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "penfriend"
MOST_LINES = 299
CLOCKS = frozenset({"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def modules(*folders: str) -> list[str]:
    """Every Python file under the folders, as a path from the root."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def tree(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


def public_definitions(body: list[ast.stmt]) -> Iterator[Definition]:
    """The public classes, functions and methods; what is in a function or a private class is not public."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_") and not is_overload(node):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body)


def is_overload(node: Definition) -> bool:
    """Whether it is one of several signatures (or a setter), whose text stands at the main definition."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return not names.isdisjoint({"overload", "setter"})


def undocumented(code: ast.Module) -> list[str]:
    names = [node.name for node in public_definitions(code.body) if ast.get_docstring(node) is None]
    return names if ast.get_docstring(code) else ["the module itself", *names]


def clock_readings(code: ast.Module) -> list[str]:
    """Calls that read a clock, such as `datetime.now(UTC)`."""
    calls = (node.func for node in ast.walk(code) if isinstance(node, ast.Call))
    return [
        ast.unparse(function)
        for function in calls
        if isinstance(function, ast.Attribute)
        and function.attr in CLOCKS
        and ast.unparse(function.value).rpartition(".")[2] in {"datetime", "date", "time"}
    ]


@pytest.mark.parametrize("module", modules("src", "tests", "benchmarks", "tools"))
def test_module_is_small(module: str) -> None:
    lines = len((ROOT / module).read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{module}: {lines} lines; a module is one job under 300 lines"


@pytest.mark.parametrize("module", modules("src"))
def test_public_names_are_documented(module: str) -> None:
    assert undocumented(tree(module)) == [], f"{module}: without a docstring"


@pytest.mark.parametrize("module", modules("tests", "benchmarks", "tools"))
def test_test_module_says_what_it_is_about(module: str) -> None:
    assert ast.get_docstring(tree(module)), f"{module}: the module has no docstring"


@pytest.mark.parametrize("module", modules("src/penfriend/domain"))
def test_domain_reads_no_clock(module: str) -> None:
    assert clock_readings(tree(module)) == [], f"{module}: time comes in as an argument"


def asks_for_both_databases(code: ast.Module) -> bool:
    """Whether a fixture or test of the module has a store of each kind."""
    functions = (node for node in ast.walk(code) if isinstance(node, ast.FunctionDef))
    named = {one.arg for function in functions for one in function.args.args}
    return not named.isdisjoint({"database_url", "bare_database_url"}) or "KINDS" in {
        node.id for node in ast.walk(code) if isinstance(node, ast.Name)
    }


@pytest.mark.parametrize(
    "module", [one for one in modules("tests/integration") if asks_for_both_databases(tree(one))]
)
def test_something_of_each_way_runs_on_postgresql_too(module: str) -> None:
    marks = {ast.unparse(node) for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)}
    assert "pytest.mark.both" in marks, f"{module}: see tests/support/both_databases.py"


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def call(): ...", ["the module itself", "call"]),
        ('"""Doc."""\nclass A:\n    def go(self): ...\n    def _hide(self): ...', ["A", "go"]),
        ('"""Doc."""\nclass _A:\n    def go(self): ...', []),
        ('"""Doc."""\nasync def call():\n    """Doc."""\n    def inner(): ...', []),
        ('"""Doc."""\n@typing.overload\ndef call(): ...', []),
    ],
)
def test_missing_docstrings_are_found(code: str, names: list[str]) -> None:
    assert undocumented(ast.parse(code)) == names


@pytest.mark.parametrize(
    "call", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.monotonic()"]
)
def test_clock_readings_are_found(call: str) -> None:
    assert clock_readings(ast.parse(f"x = {call}")) == [call.partition("(")[0]]
