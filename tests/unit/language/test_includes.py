"""Several files: what they include, and that a name is given once over all of them."""

from __future__ import annotations

import pytest

from penfriend.language import Loaded, load
from penfriend.language.includes import matches, patterns_of
from tests.unit.language.support import HEAD

FIRST = "include: [campaigns/*.yaml]\n" + HEAD
CAMPAIGN = "campaigns: {%s: {topic: offers, trigger: {segment: vip}, steps: [{send: a/b}]}}\n"
SEGMENT = "segments: {vip: {where: {contact.tier: gold}}}\n"


def loaded(first: str = FIRST, **more: str) -> Loaded:
    files = {"c.yaml": first, **{f"campaigns/{name}.yaml": text for name, text in more.items()}}
    return load(files, "c.yaml", {}, None)


def problems(first: str = FIRST, **more: str) -> list[str]:
    return [str(problem) for problem in loaded(first, **more).problems]


def test_sections_of_all_files_are_one() -> None:
    found = loaded(a=SEGMENT + CAMPAIGN % "one", b="version: 1\n" + CAMPAIGN % "two").definitions
    assert found is not None
    assert list(found.campaigns) == ["one", "two"]
    place = found.campaigns["two"].place
    assert place is not None
    assert place.file == "campaigns/b.yaml"


def test_data_is_put_together_name_by_name() -> None:
    first = FIRST + "data: {contact: {size: number}, events: {viewed: {price: number}}}\n"
    found = loaded(first, a="data: {contact: {fan: yes_no}, product: {roast: text}, events: {heard: {}}}\n")
    assert found.definitions is not None
    data = found.definitions.data
    assert (list(data.contact), list(data.product), list(data.events)) == (
        ["size", "fan"],
        ["roast"],
        ["viewed", "heard"],
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("topics: {offers: {title: Deals}}", '1:10: "offers" is given in topics already, at c.yaml:3:10.'),
        ("policy: {send_on: mon}", '1:1: "policy" is given already, at c.yaml:4:1.'),
        ("data: {contact: {size: text}}", '1:18: "size" is given in data.contact already, at c.yaml:5:18.'),
        ("include: [x.yaml]", '1:1: "include" stands in the first file alone.'),
        ("version: 2", '1:10: "2" is no version that is known here; write 1.'),
        ("topics: [offers]", "1:9: topics has another form here than at c.yaml:3:9: a list."),
        (
            "policies: {}",
            '1:1: unknown key "policies". Did you mean "policy"? A file has: version, include, brand, ',
        ),
        ("segments: {vip: {where: {contact.tier: }}}", '1:40: "contact.tier" has no value.'),
        ("- a", "1:1: the file holds sections such as brand, topics, segments and campaigns, not a list."),
        ("a: b: c", "1:5: a second colon, or a line that is indented further than it should be."),
    ],
)
def test_a_problem_stands_at_its_place_in_its_file(text: str, problem: str) -> None:
    first = FIRST + "policy: {send_on: sun}\ndata: {contact: {size: number}}\n"
    found = problems(first, a=text + "\n")
    assert len(found) == 1
    assert found[0].startswith(f"campaigns/a.yaml:{problem}")


def test_two_included_files_cannot_give_the_same_name() -> None:
    assert problems(a=SEGMENT + CAMPAIGN % "one", b=CAMPAIGN % "one") == [
        'campaigns/b.yaml:1:13: "one" is given in campaigns already, at campaigns/a.yaml:2:13.'
    ]


@pytest.mark.parametrize(
    "pattern", ["../*.yaml", "/etc/*.yaml", "a.txt", "./a.yaml", "~/a.yaml", "templates/a.yaml", "a//b.yaml"]
)
def test_only_campaign_files_below_the_folder_can_be_included(pattern: str) -> None:
    assert patterns_of(f"include: [{pattern}]\n") == ()
    assert [
        problem.rpartition(": ")[2].split(" Write")[0] for problem in problems(f"include: [{pattern}]\n")
    ] == [f'"{pattern}" names no campaign files.']


def test_a_pattern_that_names_nothing_is_an_error() -> None:
    assert problems() == ['c.yaml:1:11: "campaigns/*.yaml" names no file that is there.']


@pytest.mark.parametrize(
    ("pattern", "path", "named"),
    [
        ("campaigns/*.yaml", "campaigns/a.yaml", True),
        ("campaigns/*.yaml", "campaigns/x/a.yaml", False),
        ("campaigns/**/*.yaml", "campaigns/x/y/a.yaml", True),
        ("campaigns/**/*.yaml", "campaigns/a.yaml", True),
        ("*.yaml", "x/a.yaml", False),
        ("a.yaml", "a.yaml", True),
    ],
)
def test_a_star_stands_for_a_name_and_two_for_folders(pattern: str, path: str, named: bool) -> None:
    assert matches(pattern, path) is named


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("version: 1\ninclude: [a/*.yaml, b.yaml]\nbrand: {", ("a/*.yaml", "b.yaml")),
        ("include: a.yaml\n", ("a.yaml",)),
        ("brand: {include: [b.yaml]}\ninclude:\n  - a.yaml\ntopics: {x: {include: [c.yaml]}}\n", ("a.yaml",)),
        ("{topics: {include: [c.yaml]}, include: [a.yaml]}\n", ()),
        ("topics:\n  include: [c.yaml]\n", ()),
        ("include: [a.yaml\n", ()),
        ("", ()),
    ],
)
def test_the_patterns_are_known_before_the_file_is_read(text: str, patterns: tuple[str, ...]) -> None:
    assert patterns_of(text) == patterns
