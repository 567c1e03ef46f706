"""An IMAP mailbox (RFC 3501): reads what was not seen, and marks it only when it was taken.

Nothing is marked by fetching (BODY.PEEK). Whoever dies between taking and marking reads the same again, which
has no further effect. The password goes out over TLS alone, and stands in no message.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from penfriend.delivery.mailboxes.imap_address import After, ImapAddress
from penfriend.domain.errors import LoginRefused, MailboxUnavailable
from penfriend.domain.mailbox import Received
from penfriend.domain.plain_text import one_line

BATCH = 10
"""So many mails at a time: all of them lie in memory."""
MAX_BYTES = 4_000_000
"""So much of one mail is fetched: what a report says stands before the mail that it returns."""
SECONDS = 30.0
"""So long a server may take for one answer."""
MAX_PIECE = MAX_BYTES + 100_000
"""Bytes of the longest piece that a server may announce."""
_UID = re.compile(rb"\bUID (\d+)")


class _Bounded(imaplib.IMAP4):
    """No memory is set aside for what was not asked for."""

    def read(self, size: int) -> bytes:
        """A piece that the server has announced."""
        if size > MAX_PIECE:
            raise self.abort(f"the server announces {size} bytes, which nobody asked for")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    """The same with TLS from the first byte on."""


class ImapMailbox:
    """One folder of a server; the connection is made when the first mail is asked for."""

    def __init__(
        self, address: ImapAddress, *, untouched: bool = False, trusted: ssl.SSLContext | None = None
    ) -> None:
        self._address, self._untouched = address, untouched
        self._tls = trusted
        self._server: imaplib.IMAP4 | None = None
        self.where = address.shown

    def batches(self) -> Iterator[list[Received]]:
        """What was not seen. Raises MailboxUnavailable, LoginRefused for a wrong password."""
        uids = self._unseen()
        for start in range(0, len(uids), BATCH):
            yield self._fetch(uids[start : start + BATCH])

    def count(self) -> int | None:
        """Not known before the server was asked."""
        return None

    def done(self, batch: Sequence[Received]) -> None:
        """Mark, delete or move them, as `?after=` says."""
        if self._untouched or not batch:
            return
        uids = ",".join(mail.name for mail in batch)
        with self._talking() as server:
            if self._address.after is After.MOVE and "MOVE" in server.capabilities:
                _checked(server.uid("MOVE", uids, _quoted(self._address.target)), "MOVE")
                return
            if self._address.after is After.MOVE:
                _checked(server.uid("COPY", uids, _quoted(self._address.target)), "COPY")
            flags = r"(\Seen)" if self._address.after is After.SEEN else r"(\Seen \Deleted)"
            _checked(server.uid("STORE", uids, "+FLAGS.SILENT", flags), "STORE")
            if self._address.after is not After.SEEN and "UIDPLUS" in server.capabilities:
                _checked(server.uid("EXPUNGE", uids), "EXPUNGE")  # a plain one would take others' along

    def close(self) -> None:
        """Leave politely."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                server.logout()

    def _unseen(self) -> list[str]:
        with self._talking() as server:
            found = _checked(server.uid("SEARCH", "UNSEEN", "UNDELETED"), "SEARCH")
            return [one.decode("ascii") for line in found if line for one in line.split()]

    def _fetch(self, uids: Sequence[str]) -> list[Received]:
        with self._talking() as server:
            wanted = f"(UID BODY.PEEK[]<0.{MAX_BYTES}>)"
            found = _checked(server.uid("FETCH", ",".join(uids), wanted), "FETCH")
        mails = []
        for place, one in enumerate(found):
            if isinstance(one, tuple):
                behind = found[place + 1] if place + 1 < len(found) else b""
                uid = _UID.search(one[0]) or _UID.search(behind if isinstance(behind, bytes) else b"")
                if uid is not None:
                    mails.append(Received(uid.group(1).decode("ascii"), one[1]))
        return mails

    @contextmanager
    def _talking(self) -> Iterator[imaplib.IMAP4]:
        """The server, with the folder selected; what goes wrong is said in one line."""
        try:
            if self._server is None:
                self._server = self._connect()
            yield self._server
        except imaplib.IMAP4.error as error:
            self._drop()
            raise MailboxUnavailable(f"{self.where}: {_line(error)}") from None
        except (OSError, EOFError) as error:
            self._drop()
            raise MailboxUnavailable(f"{self.where}: {_line(error)}") from None

    def _connect(self) -> imaplib.IMAP4:
        address = self._address
        tls = self._tls or ssl.create_default_context()
        server: imaplib.IMAP4
        if address.tls == "implicit":
            server = _BoundedTls(address.host, address.port, ssl_context=tls, timeout=SECONDS)
        else:
            server = _Bounded(address.host, address.port, timeout=SECONDS)
        try:
            if address.tls == "starttls":
                self._start_tls(server, tls)
            self._log_in(server)
            folder = _quoted(address.folder)
            _checked(server.select(folder, readonly=self._untouched), f"the folder {address.folder}")
        except BaseException:
            with suppress(OSError, imaplib.IMAP4.error):
                server.shutdown()
            raise
        return server

    def _start_tls(self, server: imaplib.IMAP4, tls: ssl.SSLContext) -> None:
        if "STARTTLS" not in server.capabilities:
            raise MailboxUnavailable(f"{self.where}: the server offers no STARTTLS, and so hears no password")
        server.starttls(tls)

    def _log_in(self, server: imaplib.IMAP4) -> None:
        try:
            server.login(self._address.user, self._address.password)
        except imaplib.IMAP4.abort as error:
            raise imaplib.IMAP4.abort(self._without_password(error)) from None
        except imaplib.IMAP4.error as error:
            said = self._without_password(error)
            raise LoginRefused(f"{self.where}: user or password is refused: {said}") from None
        except UnicodeEncodeError:
            raise LoginRefused(f"{self.where}: user and password must be ASCII for LOGIN") from None

    def _without_password(self, error: BaseException) -> str:
        """Some servers repeat what they were told."""
        return _line(error).replace(self._address.password, "***")

    def _drop(self) -> None:
        """What was said last is not known: the next time begins anew."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                server.shutdown()


def _checked(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    status, data = answer
    if status != "OK":
        said = b" ".join(one for one in data if isinstance(one, bytes)).decode("utf-8", "replace")
        raise imaplib.IMAP4.error(f"{what} is refused: {said}")
    return data


def _quoted(name: str) -> str:
    """A folder's name as a quoted string, in the UTF-7 of RFC 3501 (5.1.3)."""
    escaped = _utf7(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _utf7(name: str) -> str:
    def shifted(found: re.Match[str]) -> str:
        if found.group() == "&":
            return "&-"
        return "&" + found.group().encode("utf-7").decode("ascii")[1:].rstrip("-").replace("/", ",") + "-"

    return re.sub(r"&|[^ -~]+", shifted, name)


def _line(error: BaseException) -> str:
    """What an error says, in one line."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    return one_line(text)[:300] or type(error).__name__
