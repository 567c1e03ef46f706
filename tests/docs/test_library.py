"""The page of the library: every campaign of the starter and every piece of its layout has a row."""

from __future__ import annotations

from tests.docs.pages import ROOT, nothing, page, row_of

LIBRARY = "docs/library.md"


def test_every_campaign_of_the_sample_stands_in_the_library_with_its_file() -> None:
    from tests.support.sample_letters import the_definitions

    missing = []
    for campaign in the_definitions().campaigns.values():
        row = " ".join(row_of(LIBRARY, campaign.name))
        assert campaign.place is not None
        switch = f"on, in `{campaign.place.file}`" if campaign.active else f"`{campaign.place.file}`"
        missing += [] if switch in row else [f"{campaign.name} ({switch})"]
    nothing(missing, LIBRARY)


def test_the_library_names_no_campaign_that_there_is_not() -> None:
    from tests.support.sample_letters import the_definitions

    known = {f"`{name}`" for name in the_definitions().campaigns}
    rows = [row for row in page(LIBRARY).whole.rows if len(row) == 4 and row[0] != "campaign"]
    assert rows
    nothing((row[0] for row in rows if row[0] not in known), LIBRARY)


def test_every_partial_stands_in_the_library() -> None:
    partials = (ROOT / "templates/_partials").glob("*.mjml")
    nothing((one.stem for one in partials if not row_of(LIBRARY, one.stem, "The look")), LIBRARY)
