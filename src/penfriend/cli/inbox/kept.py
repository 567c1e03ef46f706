"""The mails that came in: one file with all of them behind each other, and what the list shows of each in
memory."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail as the list shows it."""

    number: int
    to: str
    name: str
    subject: str
    date: str
    language: str
    start: int
    size: int


class MailStore:
    """Keeps mails on the disk, so that memory stays small; used from several threads."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "mails").open("wb+")
        self._lock = threading.Lock()
        self._mails: list[Kept] = []
        self._end = 0

    def add(self, to: str, content: bytes) -> None:
        """Keep one mail as it came."""
        head = BytesHeaderParser().parsebytes(content)
        shown_to, subject = _decoded(head["To"]), _decoded(head["Subject"])
        date = parsedate_to_datetime(head["Date"]).strftime("%Y-%m-%d %H:%M") if head["Date"] else ""
        with self._lock:
            self._file.seek(self._end)
            self._file.write(content)
            name = parseaddr(shown_to)[0]
            language = _decoded(head["Content-Language"])
            self._mails.append(
                Kept(len(self._mails), to, name, subject, date, language, self._end, len(content))
            )
            self._end += len(content)

    def __len__(self) -> int:
        return len(self._mails)

    def find(self, words: str, start: int, most: int) -> tuple[list[Kept], int]:
        """The newest mails first whose list line holds the words, from `start` on, and how many there are."""
        with self._lock:
            mails = list(self._mails)
        wanted = words.casefold().split()
        found = [mail for mail in reversed(mails) if all(word in _line(mail) for word in wanted)]
        return found[start : start + most], len(found)

    def one(self, number: int) -> Kept | None:
        """The mail of that number."""
        return self._mails[number] if 0 <= number < len(self._mails) else None

    def raw(self, mail: Kept) -> bytes:
        """The mail as it came."""
        with self._lock:
            self._file.seek(mail.start)
            return self._file.read(mail.size)

    def part(self, mail: Kept, kind: str) -> str:
        """Its `html` or `plain` part as text; empty where it has none."""
        body = BytesParser(policy=default).parsebytes(self.raw(mail)).get_body((kind,))
        return str(body.get_content()) if body is not None else ""


def _line(mail: Kept) -> str:
    return f"{mail.to} {mail.name} {mail.subject} {mail.date}".casefold()


def _decoded(value: str | None) -> str:
    return str(make_header(decode_header(value))) if value else ""
