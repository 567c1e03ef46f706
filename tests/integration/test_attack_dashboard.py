"""Texts of attackers on the pages of the dashboard, in its redirects and in files for spreadsheets; and what
is secret in no log and no figure."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from penfriend.bootstrap.api_keys import create_key
from penfriend.domain.accounts.audit import ENTRIES_A_PAGE
from penfriend.domain.errors import SettingError
from penfriend.domain.incoming_rows import RowKind
from penfriend.domain.tokens import Purpose
from penfriend.engine.import_file import FileImport, ImportJob
from penfriend.storage.row_counts import RowCounts
from penfriend.web.accounts.asking import path_of_ours
from tests.support.attacked import ANN, SECRET, Answer, Besieged, besieged
from tests.support.attacks import attacks
from tests.support.dashboard import PASSWORD
from tests.support.empty_store import empty_file
from tests.support.skeleton import Seen, outline, words_of

TEXTS = [text for family in ("xss", "templates") for text in attacks(family)]
WORD = "Qzxwordqzx"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    folder = tmp_path_factory.mktemp("dashboard")
    with besieged(folder, empty_file(folder / "penfriend.db")) as made:
        yield made


def shape(answer: Answer) -> Seen:
    """Without what leads to earlier entries."""
    return [one for one in outline(answer.text) if "?before=" not in str(one)]


def named(house: Besieged, names: list[str]) -> int:
    """A page of the audit log full of keys with these names; how many are names."""
    taken = 0
    for name in names:
        if taken < ENTRIES_A_PAGE:
            try:
                create_key(house.house, name, ["events:write"])
            except SettingError:
                continue
            taken += 1
    return taken


def test_a_name_of_a_key_is_text_in_the_audit_log(house: Besieged) -> None:
    assert named(house, [f"{WORD}{number}" for number in range(ENTRIES_A_PAGE)]) == ENTRIES_A_PAGE
    plain = shape(house.as_user("GET", "/audit"))
    for at in (0, 1):
        names = TEXTS[at::4]
        assert named(house, names) == ENTRIES_A_PAGE
        page = house.as_user("GET", "/audit")
        assert shape(page) == plain
        assert sum(name in words_of(page.text) for name in names) > ENTRIES_A_PAGE / 2


def test_what_is_typed_into_a_form_is_text_when_it_stands_there_again(house: Besieged) -> None:
    plain = shape(house.as_user("POST", "/users", f"name={WORD}+!&email={WORD}&role=viewer".encode()))
    for text in TEXTS[::2]:
        said = quote_plus(text.encode("utf-8", "surrogatepass"))
        page = house.as_user("POST", "/users", f"name={said}+!&email={said}&role={said}".encode())
        assert page.status == 422, text
        assert shape(page) == plain, text


def test_next_leads_to_a_path_of_ours_or_to_the_start(house: Besieged) -> None:
    for text in (*attacks("redirects"), *attacks("xss")):
        wanted = path_of_ours(text)
        assert wanted == "/" or (wanted == text and wanted[1] not in "/\\" and wanted.isprintable()), text
    plain = outline(house.ask("GET", "/login?next=/users").text)
    for text in attacks("redirects")[::8]:
        page = house.ask("GET", f"/login?next={quote_plus(text)}")
        assert outline(page.text) == plain
        assert "evil" not in page.text or path_of_ours(text) == text


def test_no_cell_of_rejected_rows_is_a_formula(house: Besieged, tmp_path: Path) -> None:
    file, found = tmp_path / "rows.csv", attacks("formulas")
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "email", "first_name"])
        writer.writerows([[f"r{number}", "no address", text] for number, text in enumerate(found)])
    live = house.house.live()
    assert live is not None
    with RowCounts() as counts:
        ingester, job = house.house.ingester(), ImportJob(RowKind.CONTACTS, str(file))
        report = FileImport(ingester, live.definitions, counts, house.house.clock, job).run()
    assert (report.taken, report.rejected) == (0, len(found))
    with Path(report.rejected_file or "").open(encoding="utf-8", newline="") as again:
        cells = [row[-1] for row in csv.reader(again)][1:]
    for text, cell in zip(found, cells, strict=True):
        assert cell.replace("'", "") == text.replace("'", ""), (text, cell)
        for part in (cell, *re.split(r"[;\t\r\n]\s*", cell)[1:]):
            assert part[:1] not in {*"=@\t\r\n＝＠＋－"}, cell
            assert part[:1] not in {"+", "-"} or not any(sign.isalpha() for sign in part), cell


def test_what_is_secret_is_in_no_log_no_figure_and_no_answer(
    house: Besieged, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "penfriend")
    tokens = [house.token(purpose) for purpose in Purpose]
    secret = [
        SECRET,
        ANN,
        PASSWORD,
        house.key,
        house.form_token,
        *filter(None, house.session.values()),
        *tokens,
    ]
    paths = (
        "u",
        "preferences",
        "s",
        "view",
        "confirm",
        "c",
        "webhooks",
        "v1/contacts",
        "v1/messages",
        "nothing",
    )
    for path in paths:
        for one in (*secret, f"{tokens[0]}x"):
            where, body = f"/{path}/{quote_plus(one)}", one.encode()
            referer = f"https://a.example{where}"
            house.ask("GET", where, authorization=f"Bearer {one}", referer=referer)
            house.ask("POST", where, body, content_type="text/plain", authorization=f"Basic {one}")
    answers = [
        house.as_program("POST", "/v1/events", f'{{"email": "{ANN}", "key": "{house.key}"'.encode()),
        house.ask("POST", "/webhooks/shopify", SECRET.encode(), x_shopify_hmac_sha256=SECRET),
        house.as_user("POST", "/account/password", f"password={PASSWORD}x&new={PASSWORD}".encode()),
        house.ask("GET", "/metrics"),
        house.ask("GET", "/openapi.json"),
        house.as_user("GET", "/audit"),
    ]
    said = "\n".join(f"{one.headers}{one.text}" for one in answers)
    for one in (SECRET, ANN, PASSWORD, house.key, *filter(None, house.session.values())):
        assert one not in caplog.text, "in the log"
        assert one not in said, "in an answer"
    for token in tokens:
        assert token not in caplog.text
    assert "canary" not in caplog.text
