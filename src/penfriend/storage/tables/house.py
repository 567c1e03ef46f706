"""The house: revisions, leases, workers, routes, their destinations, and small notes."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from penfriend.storage.columns import BIG, TEXT, count, flag, json, moment, text
from penfriend.storage.tables.base import metadata

revisions = Table(
    "revisions",
    metadata,
    Column("number", BIG, primary_key=True, autoincrement=False),
    moment("applied_at", null=False),
    text("digest", null=False),
    json("files"),  # path -> text of campaign files, templates, catalogs, SQL
    text("entry", null=False),  # which of them is the first campaign file
    Index(None, "digest"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", TEXT, primary_key=True),
    text("owner", null=False),
    moment("until", null=False),
)

workers = Table(
    "workers",
    metadata,
    Column("run", TEXT, primary_key=True),
    Column("place", BIG, primary_key=True, autoincrement=False),
    text("name", null=False),
    text("host", null=False),
    count("process"),
    text("version", null=False),
    count("revision"),
    moment("began_at", null=False),
    moment("seen_at", null=False),
    json("measures"),  # what it has counted, with what those before it in its place had
)
"""The processes that work on the store. One that ends as it was asked to takes its row away."""

routes = Table(
    "routes",
    metadata,
    Column("name", TEXT, primary_key=True),
    moment("paused_until"),
    text("reason"),
    count("failures"),
    flag("probing"),  # it rests for all but one worker, which tries whether it works again
)

destinations = Table(
    "destinations",
    metadata,
    Column("route", TEXT, primary_key=True),
    Column("domain", TEXT, primary_key=True),
    count("failures"),
    moment("resting_until", null=False),
    text("reason"),
)
"""Domains whose mails failed in a row; one mail that is accepted deletes the row."""

notes = Table(
    "notes",
    metadata,
    Column("name", TEXT, primary_key=True),
    text("value"),
)
"""Small things to remember: the tzdata version, the last full look, why files were not applied."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("label", TEXT, primary_key=True),
    text("name", null=False),
    text("digest", null=False),
    text("scopes", null=False),  # with spaces between them
    moment("made_at", null=False),
    moment("used_at"),
    moment("revoked_at"),
)
"""Keys of the API; a revoked one stays, so that its name says who it was."""
