"""What `validate` and `apply` find in the files of a folder: everything at once, and nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from penfriend.bootstrap.checked import check
from penfriend.bootstrap.files import read_files
from penfriend.bootstrap.settings import Settings
from penfriend.domain.errors import SettingError

HEAD = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics: {offers: {title: Offers}}
"""
LETTER = (
    "---\nsubject: Hi\n---\n<mjml><mj-body><mj-section><mj-column><mj-text>\n"
    "{}\n</mj-text></mj-column></mj-section></mj-body></mjml>\n"
)


def campaign(name: str, steps: str, more: str = "topic: offers") -> str:
    """A line of `campaigns`."""
    return f"  {name}: {{{more}, trigger: {{event: order_placed}}, steps: [{steps}]}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with one sound letter, a/b."""
    (tmp_path / "templates/a").mkdir(parents=True)
    (tmp_path / "templates/a/b.mjml").write_text(LETTER.format("Hello"))
    return tmp_path


def found(shop: Path, text: str) -> list[str]:
    """The problems of the folder with this campaign file."""
    (shop / "campaigns.yaml").write_text(text)
    files = read_files(shop / "campaigns.yaml")
    return [str(problem) for problem in check(files, Settings.of({}), (b"0123456789abcdef",)).problems]


def test_the_letters_of_sound_campaigns_are_checked_beside_a_broken_one(shop: Path) -> None:
    (shop / "templates/a/b.mjml").write_text(LETTER.format("{{ contcat.email }}"))
    text = (
        HEAD
        + "campaigns:\n"
        + campaign("broken", "{send: a/b, subjet: x}, {send: a/c}")
        + campaign("sound", "{send: a/b}")
    )
    assert [problem.split(". ")[0] for problem in found(shop, text)] == [
        'campaigns.yaml:4:79: unknown key "subjet"',
        'campaigns.yaml:4:98: there is no template "a/c"',
        'templates/a/b.mjml:5:1: "contcat" is not defined',
    ]


def test_the_letters_of_a_broken_campaign_are_left_alone(shop: Path) -> None:
    (shop / "templates/a/b.mjml").write_text(LETTER.format("{{ links.survey(5) }}"))
    text = HEAD + "campaigns:\n" + campaign("broken", "{send: a/b, survey: nope}")
    assert found(shop, text) == [
        'campaigns.yaml:4:87: unknown survey "nope". Defined in surveys: nothing yet.'
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            "---\nsubject: Grüße\n---\n".encode("latin-1"),
            "2:12: the file is not UTF-8: the byte 0xfc cannot stand here. Save it as UTF-8.",
        ),
        (b"---\nsubject: Hi\0\n---\n", "2:12: the character NUL cannot stand in a template."),
        (b"---\nsubject: \x1b[0m\n---\n", "2:10: the character U+001B cannot stand in a template."),
        (b"x" * 1_000_001, "1:1: has more than 1000000 bytes, which is the most for a template."),
    ],
)
def test_a_template_that_cannot_be_read_is_one_problem(shop: Path, data: bytes, problem: str) -> None:
    (shop / "templates/a/b.mjml").write_bytes(data)
    text = HEAD + "campaigns:\n" + campaign("sound", "{send: a/b}")
    assert found(shop, text) == [f"templates/a/b.mjml:{problem}"]


def test_a_campaign_file_that_is_no_file_is_refused_and_not_waited_for(shop: Path) -> None:
    os.mkfifo(shop / "campaigns.yaml")
    with pytest.raises(SettingError, match=r"campaigns.yaml: cannot be read \(it is no file\)"):
        read_files(shop / "campaigns.yaml")


def test_a_campaign_file_without_end_is_read_no_further_than_the_longest(shop: Path) -> None:
    with (shop / "campaigns.yaml").open("wb") as file:
        file.truncate(2**40)
    files = read_files(shop / "campaigns.yaml")
    assert [str(problem) for problem in files.problems] == [
        "campaigns.yaml:1:1: the file is longer than 1 MB."
    ]
