"""Loads the campaign files of a revision: from texts to definitions, or to every problem with its place."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from penfriend.domain.campaign import Campaign
from penfriend.domain.definitions import Definitions
from penfriend.domain.problems import Place, Problem
from penfriend.domain.timing import Moment
from penfriend.domain.written import WrittenText
from penfriend.language import keys
from penfriend.language.campaign_tests import read_tests
from penfriend.language.campaigns import read_campaigns
from penfriend.language.files import refuse_text
from penfriend.language.includes import read_include
from penfriend.language.merging import merge
from penfriend.language.nodes import Entry, MappingNode, Node, kind_of
from penfriend.language.outside import (
    read_coupons,
    read_dkim,
    read_outgoing,
    read_webhooks,
)
from penfriend.language.plain_secrets import warn_of_secrets
from penfriend.language.policy import read_policy
from penfriend.language.reading import Names, Reading
from penfriend.language.report import Report
from penfriend.language.results import read_results
from penfriend.language.retention import read_retention
from penfriend.language.scope import Scope
from penfriend.language.sections import (
    read_brand,
    read_data,
    read_exchange_rates,
    read_more_brands,
    read_surveys,
    read_topics,
)
from penfriend.language.segments import made_of, read_segments
from penfriend.language.shapes import VERSION
from penfriend.language.sources import read_sources
from penfriend.language.transports import read_transports
from penfriend.language.tree import read_tree
from penfriend.language.untracked import warn_of_heeded


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of the files: definitions where there is no error, and all problems, sorted by place."""

    definitions: Definitions | None
    problems: tuple[Problem, ...]
    readable: Definitions | None = None
    """What can be read beside the problems, with the campaigns that have none: for looking at their letters,
    never for running."""
    texts: tuple[WrittenText, ...] = ()
    """The texts that are said in the reader's language: by catalogs, or given as a map of locales."""


def load(
    files: Mapping[str, str],
    entry: str,
    environment: Mapping[str, str],
    templates: Collection[str] | None,
    now: Moment | None = None,
    check_transport: Callable[[str], str | None] | None = None,
) -> Loaded:
    """Reads the file `entry` of `files` (path to text). Never raises for a bad text.

    The .sql files that segments name are among `files` as well.

    `environment` gives the values of `${NAME}`; `templates` are the names of the letters that exist, None is
    not to check them. Moments that are past at `now` get a warning. `check_transport` says what is wrong
    with a transport's address.
    """
    report = Report()
    reading = Reading(report, now=now, check_transport=check_transport, files=files)
    with _without_collecting():
        definitions = _definitions(files, entry, environment, templates, reading)
    texts = tuple(dict.fromkeys(reading.texts))
    if definitions is None or not report.has_errors:
        return Loaded(definitions, report.problems, definitions, texts)
    return Loaded(None, report.problems, _faultless(definitions, report.problems), texts)


def _faultless(definitions: Definitions, problems: tuple[Problem, ...]) -> Definitions:
    """The definitions without the campaigns inside which there is an error."""
    campaigns = sorted(definitions.campaigns.values(), key=_place, reverse=True)
    errors = [problem.place for problem in problems if problem.level == "error"]
    faulty = {
        next((campaign.name for campaign in campaigns if _is_above(campaign, place)), "") for place in errors
    }
    kept = {name: one for name, one in definitions.campaigns.items() if name not in faulty}
    return replace(definitions, campaigns=kept)


def _is_above(campaign: Campaign, place: Place) -> bool:
    return _place(campaign).file == place.file and _place(campaign) <= place


def _place(campaign: Campaign) -> Place:
    return campaign.place or Place("")


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Stops the search for circular garbage: a tree has none, and in 1 MB it takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _definitions(
    files: Mapping[str, str],
    entry: str,
    environment: Mapping[str, str],
    templates: Collection[str] | None,
    first: Reading,
) -> Definitions | None:
    root = _root(files, entry, environment, first)
    if root is None:
        return None
    sections: Mapping[str, Entry] = first.table(root, keys.FILE)
    whole = True
    for path in read_include(sections.get("include"), files, entry, first):
        more = _root(files, path, environment, first)
        whole = whole and more is not None
        sections = merge(sections, {} if more is None else _of_included(more, first), first)
    # without what stands in a file that cannot be read, all that names it would be called wrong
    return _sections(root, sections, environment, templates, first) if whole else None


def _root(
    files: Mapping[str, str], path: str, environment: Mapping[str, str], reading: Reading
) -> MappingNode | None:
    """The sections of a file as a tree; None where it cannot be read."""
    report, text = reading.report, files.get(path)
    if text is None:
        report.error(Place(path), "there is no such file.")
        return None
    refused = refuse_text(path, text)
    if refused is not None:
        report.error(refused.place, refused.text)
        return None
    root = read_tree(text.removeprefix("\ufeff"), path, environment, report)
    if root is None:
        return None
    if not isinstance(root, MappingNode):
        report.error(
            root,
            f"the file holds sections such as brand, topics, segments and campaigns, not {kind_of(root)}.",
        )
        return None
    warn_of_secrets(root, text, report)
    return root


def _of_included(root: MappingNode, reading: Reading) -> dict[str, Entry]:
    """The sections of a further file, which includes no others."""
    found = reading.table(root, keys.FILE)
    reading.word(found.get("version"), VERSION)
    include = found.pop("include", None)
    if include is not None:
        reading.error(include.key, '"include" stands in the first file alone.')
    return found


def _sections(
    root: MappingNode,
    found: Mapping[str, Entry],
    environment: Mapping[str, str],
    templates: Collection[str] | None,
    first: Reading,
) -> Definitions:
    first.word(found.get("version"), VERSION)
    brand = read_brand(found.get("brand"), environment, first)
    data, untyped = read_data(_node(found, "data"), first)
    sources = read_sources(_node(found, "sources"), first)
    names = Names(
        data=data,
        untyped=untyped,
        topics=_names(found, "topics"),
        segments={name: made_of(entry.value) for name, entry in _entries(found, "segments").items()},
        campaigns=_names(found, "campaigns"),
        surveys=_names(found, "surveys"),
        templates=templates,
        coupons=_names(found, "coupons"),
        webhooks=_names(found, "webhooks"),
        brands=_names(found, "brands"),
        transports=_names(found, "transports"),
        sources=sources,
        locale=brand.locale,
        timezone=brand.timezone,
    )
    reading = replace(first, names=names)
    campaigns = read_campaigns(_node(found, "campaigns"), reading)
    policy = read_policy(found.get("policy"), Scope(), reading)
    definitions = Definitions(
        brand=brand,
        topics=read_topics(_node(found, "topics"), reading),
        policy=policy,
        data=data,
        segments=read_segments(_node(found, "segments"), reading),
        campaigns=campaigns,
        surveys=read_surveys(_node(found, "surveys"), reading),
        brands=read_more_brands(_node(found, "brands"), brand, reading),
        exchange_rates=read_exchange_rates(_node(found, "exchange_rates"), brand.currency, reading),
        webhooks=read_webhooks(_node(found, "webhooks"), reading),
        outgoing=read_outgoing(_node(found, "outgoing"), reading),
        coupons=read_coupons(_node(found, "coupons"), reading),
        transports=read_transports(_node(found, "transports"), reading),
        retention=read_retention(found.get("retention"), policy, campaigns.values(), reading),
        results=read_results(found.get("results"), reading),
        dkim=read_dkim(_node(found, "dkim"), reading),
        sources={name: source for name, source in sources.items() if source is not None},
        tests=read_tests(_node(found, "tests"), campaigns, reading),
    )
    _ask_for_sender(definitions, found, root, reading)
    warn_of_heeded(definitions, reading)
    return definitions


def _node(found: Mapping[str, Entry], section: str) -> Node | None:
    return found[section].value if section in found else None


def _entries(found: Mapping[str, Entry], section: str) -> Mapping[str, Entry]:
    node = _node(found, section)
    return node.entries if isinstance(node, MappingNode) else {}


def _names(found: Mapping[str, Entry], section: str) -> tuple[str, ...]:
    return tuple(_entries(found, section))


def _ask_for_sender(
    definitions: Definitions, found: Mapping[str, Entry], root: MappingNode, reading: Reading
) -> None:
    """A campaign needs somebody who writes; marketing mail needs a postal address as well."""
    entry = found.get("brand")
    written = _entries(found, "brand")
    at = root if entry is None else entry.key
    if definitions.campaigns and "from" not in written:
        reading.error(
            at, 'brand needs "from": who writes, such as Acorn & Oak <hello@mail.acornandoak.example>.'
        )
    if "address" not in written and any(
        not campaign.is_transactional for campaign in definitions.campaigns.values()
    ):
        reading.error(at, 'brand needs "address": the postal address that every marketing mail carries.')
