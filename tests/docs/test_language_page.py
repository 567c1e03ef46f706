"""The page of the language: every key with its meaning, every step, trigger, test, field and type."""

from __future__ import annotations

import re
from enum import StrEnum

from tests.docs.pages import Page, not_as_code, nothing, page, words_of

LANGUAGE = "docs/language.md"
IN_SENTENCES = frozenset({("policy_when", "if"), ("branch", "else")})
"""Keys that the page of the language explains in sentences, not in a table."""


def test_every_key_of_the_language_stands_in_its_page_with_its_meaning() -> None:
    from penfriend.language import keys, section_keys
    from penfriend.language.shapes import Table
    from penfriend.language.step_keys import ARM, STEP_KINDS, WAIT

    here = page(LANGUAGE).whole
    described = {(word, row[1].replace("`", "")) for row in here.rows for word in words_of(row[0])}
    described |= {(section.title, "") for section in here.sections}  # a step has a section of its own
    tables = [
        table for table in (*vars(keys).values(), *vars(section_keys).values()) if isinstance(table, Table)
    ]
    missing = [
        f"{name} (of {table.name})"
        for table in (*tables, *STEP_KINDS.values(), WAIT, ARM)
        for name, key in table.keys.items()
        if name not in here.words
        or (
            (table.name, name) not in IN_SENTENCES
            and not any(word == name and (not said or key.meaning in said) for word, said in described)
        )
    ]
    nothing(missing, f"{LANGUAGE}: missing, or another meaning than in penfriend.language.keys")


def test_every_step_trigger_test_and_thing_stands_in_the_page_of_the_language() -> None:
    from penfriend.domain.campaign import ExitWord, Kind, OnUnknown, ReentryKind
    from penfriend.domain.segment import Op, Things

    lists: tuple[type[StrEnum], ...] = (ExitWord, Kind, OnUnknown, ReentryKind, Things)
    tests = [op.value for op in Op if op is not Op.EQUAL]  # a bare value
    words = [one.value for each in lists for one in each] + tests
    nothing(not_as_code(LANGUAGE, words), LANGUAGE)


def test_every_field_stands_in_the_page_of_the_language() -> None:
    from penfriend.domain.fields import FIELDS

    here = page(LANGUAGE)
    missing = [
        f"{group}.{key}" for group, known in FIELDS.items() for key in known if not is_named(here, group, key)
    ]
    missing += not_as_code(LANGUAGE, ("waited", "topic", "attributes"))
    nothing(missing, LANGUAGE)


def is_named(here: Page, group: str, key: str) -> bool:
    """Whether a page names `group.key`, `group.NAME.key`, or the key in a row that begins with the group."""
    if {f"{group}.{key}", f"{group}.NAME.{key}"} & set(here.whole.spans):
        return True
    return any(
        key in re.findall(r"\w+", " ".join(row[1:])) for row in here.whole.rows if f"`{group}." in row[0]
    )


def test_every_type_of_data_stands_in_the_page_of_the_language() -> None:
    from penfriend.domain.fields import TYPE_WORDS

    nothing(not_as_code(LANGUAGE, TYPE_WORDS), LANGUAGE)
