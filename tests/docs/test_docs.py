"""Whatever a person can meet stands in the pages: settings, events, reasons, letters, routes, errors, links.

One check for each kind of thing, which names what is missing. The language has test_language_page.py, the
commands have test_commands.py.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.docs.pages import ROOT, Page, all_pages, not_as_code, nothing, page, row_of

TEMPLATES, DATA, HTTP = "docs/templates.md", "docs/data.md", "docs/http.md"
REASONS, ERRORS, OPERATIONS, GLOSSARY = (
    "docs/reasons.md",
    "docs/errors.md",
    "docs/operations.md",
    "docs/glossary.md",
)
SHORT_NAMES = frozenset({"d", "e"})
"""Jinja's other names of `default` and `escape`."""
SETTING = re.compile(r"\bPENFRIEND_[A-Z_]+\b")


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    from penfriend.bootstrap import DEFAULTS

    missing = []
    for name, (default, _) in DEFAULTS.items():
        row = row_of("README.md", name, "Settings")
        if not row or default not in row[1]:
            missing.append(f"{name} ({default})")
    nothing(missing, "README.md, Settings: no row, or another default")


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    from penfriend.bootstrap import DEFAULTS
    from penfriend.bootstrap.settings import FROM_FILE

    shown = {
        name.removesuffix(FROM_FILE) for one in all_pages() for name in SETTING.findall(one.promised.text)
    }
    nothing(shown - DEFAULTS.keys(), "settings that do not exist")


def test_every_scheme_and_option_of_a_transport_stands_in_operations() -> None:
    from penfriend.delivery.settings import Tls
    from penfriend.delivery.url import PLAIN_OPTIONS, SCHEMES, SMTP_OPTIONS

    table = page(OPERATIONS).whole.section("Transports")
    first_cells = " ".join(row[0] for row in table.rows)
    missing = [f"{scheme}:" for scheme in SCHEMES if f"`{scheme}:" not in first_cells]
    missing += [f"{one}=" for one in {*SMTP_OPTIONS, *PLAIN_OPTIONS} if f"`{one}=" not in first_cells]
    missing += [f"tls={one}" for one in Tls if one.value not in table.words]
    nothing(missing, f"{OPERATIONS}, Transports")


def test_every_mail_provider_stands_in_operations_with_its_options() -> None:
    from penfriend.delivery.esp.address import COMMON
    from penfriend.delivery.esp.providers import PROVIDERS

    section = page(OPERATIONS).whole.section("Mail providers")
    missing = []
    for provider in PROVIDERS.values():
        row = row_of(OPERATIONS, f"{provider.scheme}://", "Mail providers")
        shown = row[1] if row else ""
        missing += [f"{provider.name}: {one}=" for one in provider.options if f"`{one}=" not in shown]
    code = " ".join(section.code)
    missing += [f"{one}=" for one in COMMON if f"{one}=" not in code]
    nothing(missing, f"{OPERATIONS}, Mail providers")


def test_every_built_in_event_stands_with_its_properties() -> None:
    from penfriend.domain.events import BUILT_IN

    missing = []
    for event, properties in BUILT_IN.items():
        rows = [" ".join(row) for row in page(DATA).whole.rows if f"`{event}`" in row[0]]
        known = {word for row in rows for word in re.findall(r"\w+", row)}
        missing += [event] if not rows else [f"{event}: {one}" for one in properties if one not in known]
    nothing(missing, DATA)


REASON_LISTS = {"Not entered": "NotEntered", "Ended": "End", "Skipped": "Skip", "Postponed": "Postponed"}


@pytest.mark.parametrize("title", REASON_LISTS)
def test_every_reason_stands_in_its_list_with_its_meaning(title: str) -> None:
    from penfriend.domain import reasons

    known: type[StrEnum] = getattr(reasons, REASON_LISTS[title])
    missing = [
        one.value for one in known if reasons.meaning(one) not in row_of(REASONS, one.value, title)[1:2]
    ]
    nothing(missing, f"{REASONS}, {title}: no row, or another meaning than in penfriend.domain.reasons")


def test_every_status_outcome_stage_and_fault_stands_in_reasons() -> None:
    from penfriend.domain.delivery import Fault, Outcome, Stage
    from penfriend.domain.message import Status

    lists: dict[str, type[StrEnum]] = {
        "Where a message stands": Status,
        "What one attempt came to": Outcome,
        "How far it had come": Stage,
        "Whose matter a refusal is": Fault,
    }
    missing = [
        f"{title}: {one.value}"
        for title, known in lists.items()
        for one in known
        if not row_of(REASONS, one.value, title) and one.value != "none"
    ]
    nothing(missing, REASONS)


def test_every_name_that_a_template_has_stands_in_the_page_of_templates() -> None:
    from penfriend.domain.campaign import Campaign, EventTrigger, Send
    from penfriend.domain.definitions import Definitions
    from penfriend.domain.fields import FIELDS
    from penfriend.rendering.filters import KEPT, own_filters
    from penfriend.rendering.names import FUNCTIONS
    from penfriend.rendering.shapes import shapes

    step = Send(id="hello", template="welcome/hello")
    campaign = Campaign(name="welcome", trigger=EventTrigger("order_placed"), steps=(step,))
    known = shapes(Definitions(), campaign, step)
    added = {name for name in known if name not in FIELDS and name not in ("topic", "waited")}
    inside = {name for group in ("brand", "links") for name in known[group].names}
    filters = {*KEPT, *(name for name in own_filters() if not name.startswith("_"))} - SHORT_NAMES
    names = {*added, *inside, *FUNCTIONS, *filters}
    nothing(not_as_code(TEMPLATES, names), TEMPLATES)


def test_every_route_stands_in_the_page_of_http() -> None:
    from penfriend.web.app import create_app
    from penfriend.web.contacts import ContactRoutes
    from penfriend.web.hooks import HookRoutes
    from penfriend.web.links import LinkRoutes
    from penfriend.web.reading import ReadingRoutes

    hooks, links = HookRoutes(Mock(), Mock(), Mock()), LinkRoutes(Mock())
    people, reading = ContactRoutes(Mock(), Mock(), Mock()), ReadingRoutes(Mock(), Mock())
    paths = set(paths_of(create_app(Mock(), Mock(), Mock(), hooks, links, people, reading).routes))
    assert "/c/{token}" in paths
    shown = " ".join(text for one in (HTTP, OPERATIONS) for text in page(one).whole.code)
    nothing((path for path in paths if path.partition("{")[0] not in shown), HTTP)


def test_every_route_view_and_sample_person_of_the_preview_stands_in_its_page() -> None:
    from penfriend.rendering.preview_pages import VIEWS
    from penfriend.rendering.sample_people import PEOPLE
    from penfriend.web.preview import PreviewRoutes

    paths = set(paths_of(PreviewRoutes(Mock()).router().routes))
    assert len(paths) > 5
    section = page(HTTP).whole.section("Preview of letters")
    shown = " ".join(section.code)
    missing = [path for path in paths if path.partition("{")[0] not in shown]
    missing += [view for view in VIEWS if f"`{view}`" not in f"`{'` `'.join(section.code)}`"]
    missing += [name for name in PEOPLE if not row_of(TEMPLATES, name, "Sample people")]
    nothing(missing, f"{HTTP}, {TEMPLATES}")


def paths_of(routes: Iterable[object]) -> Iterator[str]:
    """The paths of an application. An included router keeps its own routes."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield str(getattr(route, "path", ""))
        else:
            yield from paths_of(included.routes)


def test_every_exported_name_stands_in_the_glossary() -> None:
    missing = []
    for package, names in exported():
        row = row_of(GLOSSARY, package, "In the code")
        known = set(re.findall(r"\w+", " ".join(row[1:])))
        known |= {name for name in names if row_of(GLOSSARY, name, "In the database")}
        missing += [f"{package}: {name}" for name in names if name not in known]
    nothing(missing, f"{GLOSSARY}, In the code")


def exported() -> Iterator[tuple[str, list[str]]]:
    """Every package that says what it hands out, with the names."""
    import penfriend

    for found in pkgutil.walk_packages(penfriend.__path__, "penfriend."):
        if found.ispkg and "migrations" not in found.name:
            names = getattr(importlib.import_module(found.name), "__all__", [])
            if names:
                yield found.name, list(names)


def test_every_error_stands_in_the_page_of_errors() -> None:
    from penfriend.domain import errors

    classes = [
        name
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.PenfriendError)
    ]
    nothing((name for name in classes if not row_of(ERRORS, name)), ERRORS)


def test_every_line_about_a_database_stands_in_the_page_of_errors() -> None:
    from penfriend.storage import database_errors

    tables = (
        database_errors.SQLITE,
        database_errors.SQLITE_LOST,
        database_errors.POSTGRESQL,
        database_errors.POSTGRESQL_LOST,
    )
    cells = {cell for row in page(ERRORS).whole.rows for cell in row}
    nothing({line for table in tables for line in table.values()} - cells, ERRORS)


@pytest.mark.parametrize("one", all_pages(), ids=lambda one: str(one.name))
def test_links_lead_somewhere(one: Page) -> None:
    nothing((link for link in one.whole.links if not leads_somewhere(one, link)), one.name)


def leads_somewhere(one: Page, link: str) -> bool:
    """Whether the file and the heading of a link are there; addresses outside are not asked."""
    if re.match(r"[a-z]+:", link):
        return True
    file, _, anchor = link.partition("#")
    target = (one.path.parent / file).resolve() if file else one.path
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or any(each.path == target and anchor in each.anchors for each in all_pages())


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {link.partition("#")[0] for link in page("README.md").whole.links}
    nothing((one.name for one in all_pages()[1:] if one.name not in linked), "README.md: no link to")


def test_the_transport_of_the_page_carries_mail(tmp_path: Path) -> None:
    from penfriend.domain.delivery import Fault, Outcome
    from penfriend.testing import RecordingWatch, make_handovers

    written: dict[str, Any] = {}
    block = next(
        one for one in page("docs/transports.md").whole.blocks if "class PigeonTransport" in one.text
    )
    exec(block.text, written)
    watch = RecordingWatch()
    for loft in (tmp_path, tmp_path / "missing"):
        written["open_loft"]("default", f"pigeon:{loft}").deliver(iter(make_handovers(2)), watch)
        assert watch.results[1].fault is (Fault.NONE if loft == tmp_path else Fault.ROUTE)
    assert len(list(tmp_path.glob("*.eml"))) == 2
    assert watch.outcomes[1] is Outcome.DEFERRED
