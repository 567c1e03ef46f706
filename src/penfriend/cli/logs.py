"""The log on standard error: text for people, or one JSON object a line. Each line says what it is about
(`penfriend.engine.log_context`), with every address masked and every secret that is known hidden."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from penfriend.domain.masking import forms_of, hide, mask_addresses
from penfriend.domain.plain_text import json_text, lines, one_line
from penfriend.engine.log_context import current

_TEXT = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"


class _Guarded(logging.Formatter):
    """Lets nothing through that is nobody's business."""

    converter = staticmethod(time.gmtime)

    def __init__(self, form: str | None = None) -> None:
        super().__init__(form, "%Y-%m-%dT%H:%M:%S")
        self.secrets: tuple[str, ...] = ()
        self.always: Mapping[str, str | int] = {}
        self.ids: Callable[[], Mapping[str, str]] = dict

    def clean(self, text: str) -> str:
        """The text without addresses and secrets. Secrets first: a mask would cut them in two."""
        return mask_addresses(hide(text, self.secrets))

    def about(self) -> dict[str, str | int]:
        """What the line is about."""
        return {**self.always, **current(), **self.ids()}


class JsonLines(_Guarded):
    """One object a line: at, level, name, text, what it is about, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "name": record.name,
            "text": self.clean(record.getMessage()),
            **self.about(),
        }
        if record.exc_info:
            line["traceback"] = self.clean(self.formatException(record.exc_info))
        return json_text(json.dumps(line, ensure_ascii=False))


class TextLines(_Guarded):
    """One line for what is told, whoever wrote a part of it, and what it is about; a traceback below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line without its traceback."""
        about = " ".join(f"{name}={value}" for name, value in self.about().items())
        return one_line(self.clean(super().formatMessage(record)) + (f" [{about}]" if about else ""))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Indented, so that no text of an error passes for a line of ours."""
        return "\n".join(f"  {lines(line)}" for line in self.clean(super().formatException(ei)).splitlines())


class Log:
    """The log of this process."""

    def __init__(self, formatter: _Guarded) -> None:
        self._formatter = formatter

    def hide(self, secrets: Iterable[str]) -> None:
        """From now on these are hidden as well."""
        self._formatter.secrets = forms_of((*self._formatter.secrets, *secrets))

    def is_about(self, **always: str | int) -> None:
        """From now on every line is about these."""
        self._formatter.always = always

    def asks(self, ids: Callable[[], Mapping[str, str]]) -> None:
        """From now on every line has the ids of the trace that it belongs to."""
        self._formatter.ids = ids


def set_up_logs(form: str, secrets: Iterable[str] = ()) -> Log:
    """`text` or `json`, from level info on; libraries from warning on. None of `secrets` is shown."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = JsonLines() if form == "json" else TextLines(_TEXT)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("penfriend").setLevel(logging.INFO)
    log = Log(formatter)
    log.hide(secrets)
    return log


def guard_warnings(secrets: Iterable[str] = ()) -> None:
    """For a command that sets up no log: what is a warning or worse is one plain line on standard error, and
    as guarded."""
    formatter = TextLines("%(message)s")
    formatter.secrets = forms_of(secrets)
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(formatter)
