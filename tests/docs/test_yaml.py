"""What the pages show of campaigns.yaml is right: the language takes it, alone or in the sample's file."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.docs.pages import ROOT, Block, nothing, page

BELOW = "right below the line "
ENVIRONMENT = {"PENFRIEND_PUBLIC_URL": "https://mail.shop.example"}


def yaml_blocks(name: str) -> list[Block]:
    """The code blocks of a page that say they are YAML."""
    return [block for block in page(name).whole.blocks if block.language == "yaml"]


def letters() -> frozenset[str]:
    """The letters of the sample, and those that the README has its reader write."""
    root = ROOT / "templates"
    files = {path.relative_to(root).as_posix() for path in root.rglob("*.mjml")}
    written = {
        part.removeprefix("templates/")
        for block in page("README.md").whole.blocks
        for part in block.lead.split("`")[1::2]
        if part.startswith("templates/") and part.endswith(".mjml")
    }
    return frozenset(PurePosixPath(file).with_suffix("").as_posix() for file in files | written)


def put_in(sample: str, blocks: list[Block]) -> str:
    """The sample's file with every block below the line that the words before it name."""
    for block in blocks:
        line = block.lead.rpartition(BELOW)[2].split("`")[1]
        before, found, after = sample.partition(f"\n{line}\n")
        assert found, f"campaigns.yaml has no line {line}"
        sample = before + found + block.text + after
    return sample


def problems_of(text: str, **others: str) -> list[str]:
    """What the language says against a file, and those that it includes."""
    from penfriend.language import load

    files = {"campaigns.yaml": text, **others}
    return [str(one) for one in load(files, "campaigns.yaml", ENVIRONMENT, letters()).problems]


def library() -> dict[str, str]:
    """The files that the sample's campaigns.yaml includes."""
    paths = sorted((ROOT / "campaigns").glob("*.yaml"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_the_readme_has_campaigns_to_copy() -> None:
    assert len(yaml_blocks("README.md")) >= 2


def test_what_the_readme_adds_to_the_sample_has_no_problem() -> None:
    sample = (ROOT / "campaigns.yaml").read_text(encoding="utf-8")
    nothing(problems_of(put_in(sample, yaml_blocks("README.md")), **library()), "README.md")


@pytest.mark.parametrize("name", ["docs/language.md", "docs/data.md", "docs/templates.md"])
def test_a_whole_file_on_a_page_has_no_problem(name: str) -> None:
    whole = [block for block in yaml_blocks(name) if block.text.lstrip().startswith(("version:", "# yaml-l"))]
    wrong = [f"line {block.line}: {one}" for block in whole for one in problems_of(block.text)]
    nothing(wrong, name)
