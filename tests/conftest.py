"""Plugs the shared fixtures in, for every test."""

import gc

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("penfriend.testing")
# a busy machine is no fault of the code: what an example may take is bounded by the test's own timeout
settings.register_profile("penfriend", deadline=None)
settings.load_profile("penfriend")

# Fourteen thousand tests and what they import are a million objects that stay. To look through them for
# garbage, again and again, took a tenth of the time.
gc.disable()
NEW_OBJECTS = 20_000
"""So many come before the young ones are looked through."""


def pytest_collection_finish() -> None:
    """What is there now is never looked at again; what the tests make is."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
    gc.enable()


pytest_plugins = [
    "tests.support.browser",
    "tests.support.clock",
    "tests.support.postgres",
    "tests.support.both_databases",
    "tests.support.quick_letters",
    "tests.support.quick_stores",
    "tests.support.scripted_smtp",
    "tests.support.small_disk",
    "tests.support.smtp",
    "tests.support.slow_time",
    "tests.support.dns_server",
    "tests.support.https",  # with the certificate of smtp
    "tests.support.imap",  # with the certificate of smtp
    "tests.support.empty_store",  # with the server of postgres
    "tests.support.clinic",  # with the name server, in an empty store
    "tests.support.mail_url",
]
