"""Brings up Django's settings and anymail for this process, once, without a Django project."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from penfriend.domain.errors import SettingError

MISSING = "this needs packages that are not installed: pip install 'penfriend[esp]'"
_NOT_USED = "penfriend uses Django's mail classes alone; nothing is signed with this"
_waking = threading.Lock()
_quiet = threading.Lock()


def anymail_module(name: str) -> ModuleType:
    """A module of anymail, such as `backends.postmark`, ready for use. Raises SettingError where the extra is
    not installed."""
    try:
        with _waking:
            _bring_up()
        return import_module(f"anymail.{name}")
    except ImportError as error:
        raise SettingError(MISSING) from error


def _bring_up() -> None:
    import django
    from django.conf import settings

    if settings.configured:
        return
    settings.configure(
        USE_TZ=True,
        SECRET_KEY=_NOT_USED,
        INSTALLED_APPS=[],
        DATABASES={},
        LOGGING_CONFIG=None,
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,  # the web side has limits of its own
        DATA_UPLOAD_MAX_NUMBER_FIELDS=None,
    )
    django.setup()


@contextmanager
def quietly() -> Iterator[None]:
    """Without anymail's warnings to developers of Django projects. One thread at a time: the filters of
    warnings are the process's."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
