"""What the tests of the language share: a small head that makes a snippet a whole file, and the sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from penfriend.domain.campaign import Campaign
from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Condition
from penfriend.language import Loaded, load

HEAD = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics: {offers: {title: Offers}}
"""
TEMPLATES = frozenset({"a/b", "a/c", "welcome/hello"})
ENVIRONMENT = {
    "PENFRIEND_PUBLIC_URL": "https://mail.shop.example",
    "CARE_DESK_SECRET": "between us",
    "WAREHOUSE_URL": "postgresql://db.shop.example/warehouse",
}
FANS = "SELECT customer_ref AS contact_id, product_name AS favourite FROM marts.favourites WHERE at < :now"
"""The SELECT of the sample's `warehouse_fans`."""

A_GUESS = "opens are a guess"
"""What `validate` says of everything that goes by opens."""

SAMPLE = Path(__file__).with_name("sample.yaml").read_text("utf-8")
"""The sample of LANGUAGE.md."""


def load_text(text: str, environment: Mapping[str, str] = ENVIRONMENT) -> Loaded:
    """Loads one file without looking at templates."""
    return load({"c.yaml": text, "sql/fans.sql": FANS}, "c.yaml", environment, None)


def problems_of(text: str) -> list[str]:
    """The problems of a text behind the common head, without the file's name."""
    return [str(problem).removeprefix("c.yaml:") for problem in load_text(HEAD + text).problems]


def other_problems(loaded: Loaded) -> list[str]:
    """What is wrong beside that the files go by opens and clicks."""
    expected = (A_GUESS, " tracked: ")
    return [str(problem) for problem in loaded.problems if not any(one in problem.text for one in expected)]


def defined(text: str) -> Definitions:
    """The definitions of a text behind the common head, which has no problem but that it may go by opens."""
    loaded = load_text(HEAD + text)
    assert other_problems(loaded) == []
    assert loaded.definitions is not None
    return loaded.definitions


def condition(text: str, *, of: str = "contacts", data: str = "{}") -> Condition:
    """The condition that `text` says in a segment."""
    return defined(f"data: {data}\nsegments: {{s: {{of: {of}, where: {text}}}}}\n").segments["s"].where


def campaign(
    text: str, *, trigger: str = "{event: order_placed}", steps: str = "[{send: a/b}]", more: str = ""
) -> Campaign:
    """The campaign with the keys `text`, which ends with a comma or is empty."""
    whole = f"{more}campaigns: {{c: {{{text} topic: offers, trigger: {trigger}, steps: {steps}}}}}\n"
    return defined(whole).campaigns["c"]


def as_editors_see(text: str) -> object:
    """The file as an editor's schema check sees it: YAML 1.2, where `no` and 09:00 are texts."""
    return _plain(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def _plain(node: yaml.Node | None) -> object:
    match node:
        case yaml.MappingNode():
            return {str(_plain_key(key)): _plain(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_plain(value) for value in node.value]
        case yaml.ScalarNode():
            return node.value if node.style else _typed(node.value)
        case _:
            return None


def _plain_key(node: yaml.Node) -> object:
    return node.value if isinstance(node, yaml.ScalarNode) else "[]"


def _typed(text: str) -> object:
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text
