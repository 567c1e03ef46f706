"""The fields of a report for programs (RFC 3464, RFC 5965, RFC 6533): names and values in blocks between
empty lines, read whatever is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Field = tuple[str, str]
"""Name in lower case, value in one line."""
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[^\S\n]*:(.*)", re.DOTALL)
_TYPED = re.compile(
    r"(?i)^\s*(?:rfc-?822|utf-?8|x-[a-z0-9-]+|smtp|dns|unknown|local|mailbox|system|x400)\s*;\s*"
)
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
ADDRESS = re.compile(
    r"(?:\"[^\"\s@<>]{1,64}\"|[^\s\x00-\x1f\x7f\"<>()\[\]{}:;,@\\|]{1,128})"
    r"@(?:[^\s\x00-\x1f\x7f\"<>()\[\]{}:;,@\\|/=!?'`]{1,255}|\[[0-9A-Fa-f:.]{2,60}\])"
)
"""What may be an address in a text."""
MAX_RECIPIENTS = 200
"""Of one report."""


@dataclass(slots=True)
class Recipient:
    """What a report says of one recipient."""

    fields: dict[str, str] = field(default_factory=dict)
    """The first value of each name."""

    def get(self, name: str) -> str:
        """The value without its type (`rfc822;`, `smtp;`); empty where there is none."""
        return _TYPED.sub("", self.fields.get(name, "")).strip()

    @property
    def address(self) -> str | None:
        """Whom we wrote to, as far as it is said; the final one where no original is."""
        for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
            found = one_address(self.get(name))
            if found is not None:
                return found
        return None


def read_recipients(texts: list[str]) -> tuple[dict[str, str], list[Recipient]]:
    """The fields of the report as a whole, and those of each recipient."""
    whole: dict[str, str] = {}
    recipients: list[Recipient] = []
    for text in texts:
        current: Recipient | None = None
        for block in blocks(text):
            fresh = any(name in _BEGINS for name, _ in block)
            for name, value in block:
                again = current is not None and name in _BEGINS and name in current.fields
                if again or (fresh and name in _OF_ONE):
                    current, fresh = Recipient(), False
                    recipients.append(current)
                (whole if current is None or name in _OF_ALL else current.fields).setdefault(name, value)
    return whole, recipients[:MAX_RECIPIENTS]


_BEGINS = frozenset({"final-recipient", "original-recipient"})
_OF_ONE = _BEGINS | {"action", "status", "diagnostic-code"}
"""What begins the fields of the next recipient, in whatever order they stand."""
_OF_ALL = frozenset(
    {"reporting-mta", "original-envelope-id", "received-from-mta", "dsn-gateway", "arrival-date"}
)


def blocks(text: str) -> Iterator[list[Field]]:
    """The fields between empty lines, unfolded."""
    block: list[Field] = []
    for line in [*text.splitlines(), ""]:
        if not line.strip():
            if block:
                yield block
            block = []
        elif line[0].isspace() and block:
            name, value = block[-1]
            block[-1] = name, f"{value} {line.strip()}"[:4_000]
        elif found := _FIELD.match(line):
            block.append((found.group(1).lower(), found.group(2).strip()))
        elif block:  # a line that was broken without being folded
            name, value = block[-1]
            block[-1] = name, f"{value} {line.strip()}"[:4_000]


def one_address(text: str) -> str | None:
    """The address in a value; None where there is none."""
    text = _ESCAPED.sub(_character, text)
    found = ADDRESS.search(text.replace("<", " ").replace(">", " "))
    return found.group().strip(".'\"") if found else None


def _character(found: re.Match[str]) -> str:
    number = int(found.group(1), 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else ""
