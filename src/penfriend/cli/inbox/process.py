"""Starts the inbox as a process of its own and ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from http.client import HTTPConnection
from typing import Self

from penfriend.domain.errors import SettingError

HOST = "127.0.0.1"
CONNECTIONS = 8


class Inbox:
    """A running inbox: where it takes mail, where it is read, how many it has."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "penfriend.cli.inbox.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is the demo's: the inbox ends when its standard input does
        )
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            self.close()
            raise SettingError("the inbox of the demo did not start; see above")
        ports = json.loads(line)
        self.transport = f"smtp://{HOST}:{ports['smtp']}?tls=none&connections={CONNECTIONS}"
        self.address = f"http://{HOST}:{ports['http']}/"
        self._port = int(ports["http"])

    def count(self) -> int:
        """How many mails it holds."""
        connection = HTTPConnection(HOST, self._port, timeout=10)
        try:
            connection.request("GET", "/count")
            return int(json.load(connection.getresponse())["inbox"])
        finally:
            connection.close()

    def close(self) -> None:
        """End it; it has taken every mail that it answered for."""
        self._process.communicate(timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
