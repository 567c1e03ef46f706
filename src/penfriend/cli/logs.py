"""The log on standard error: text for people, or one JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from penfriend.domain.plain_text import json_text, lines, one_line


class JsonLines(logging.Formatter):
    """One object a line: at, level, name, text, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "name": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json_text(json.dumps(line, ensure_ascii=False))


class TextLines(logging.Formatter):
    """One line for what is told, whoever wrote a part of it; a traceback below it."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line without its traceback."""
        return one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        """Indented, so that no text of an error passes for a line of ours."""
        return "\n".join(f"  {lines(line)}" for line in super().formatException(ei).splitlines())


def set_up_logs(form: str) -> None:
    """`text` or `json`, from level info on; libraries from warning on."""
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        handler.setFormatter(JsonLines())
    else:
        form_of_line = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"
        handler.setFormatter(TextLines(form_of_line, "%Y-%m-%dT%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("penfriend").setLevel(logging.INFO)
