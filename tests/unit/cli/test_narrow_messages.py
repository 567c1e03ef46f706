"""`penfriend messages` on a terminal of 80 columns."""

from __future__ import annotations

import io

from rich.console import Console

from penfriend.cli.messages import print_mails

SENT = (
    7,
    "2026-03-02 09:14",
    "hello",
    "hello/second",
    "c-17",
    "sent",
    None,
    "relay.example:25, dot",
    "250 ok",
)
WAITS = (8, "2026-03-02 09:15", "hello", "hello", "c-18", "due", None, "", None)


def shown(width: int) -> list[str]:
    out = Console(file=io.StringIO(), width=width)
    print_mails(out, [SENT, WAITS])
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_where_the_table_has_no_room_each_mail_has_lines_of_its_own() -> None:
    assert shown(80) == [
        "7  2026-03-02 09:14  sent  c-17  hello: hello/second",
        "    relay.example:25, dot; 250 ok".ljust(80),
        "8  2026-03-02 09:15  due  c-18  hello: hello",
    ]


def test_where_there_is_room_it_is_a_table_with_a_head() -> None:
    assert shown(200)[1].split() == [
        "id",
        "when",
        "(UTC)",
        "campaign",
        "step",
        "contact",
        "status",
        "why",
        "server,",
        "stage",
        "answer",
    ]
