"""`penfriend translate` on a shop's folder: what it writes, says and leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.commands import run_here

CAMPAIGNS = """\
brand: {name: A, from: a@shop.example, address: Mill Lane 1}
topics:
  offers: {title: Offers}  # TRANSLATORS: what one subscribes to
  rewards: {title: {en: Rewards, de: Prämien}}
surveys:
  after: {type: choice, question: How was it?, comment: And why?, options: [Good, {en: Bad, de: Schlecht}]}
  secret: {type: nps, question: "${QUESTION}"}
campaigns:
  one: {topic: offers, trigger: {event: order_placed}, steps: [{send: a/b, subject: Thank you}]}
"""
LETTER = """\
---
subject: Hello
---
<mjml><mj-body><mj-section><mj-column><mj-text>
{{ _("Look around") }} <a href="{{ links.unsubscribe }}">{% trans %}Leave{% endtrans %}</a>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""
POT, GERMAN = "templates/locale/messages.pot", "templates/locale/de/LC_MESSAGES/messages.po"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in {
        "campaigns.yaml": CAMPAIGNS,
        "templates/a/b.mjml": LETTER,
        "templates/a/b.txt": 'Dear {{ _("friend") }}\n{{ links.unsubscribe }}',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def translate(shop: Path, *arguments: str) -> CompletedProcess[str]:
    return run_here(("translate", *arguments), shop, {"QUESTION": "Do not tell?"})


def files(shop: Path) -> set[str]:
    return {path.name for path in shop.rglob("*") if path.is_file()}


def test_extract_gathers_campaign_files_and_templates_with_places_and_notes(shop: Path) -> None:
    done = translate(shop, "extract")
    assert (done.returncode, done.stdout) == (0, f"{POT}: 9 texts, written\n")
    header, *entries = (shop / POT).read_text(encoding="utf-8").split("\n\n")
    assert "charset=utf-8" in header
    assert [entry.splitlines()[-3:-1] for entry in entries] == [
        ["#: campaigns.yaml:3", 'msgid "Offers"'],
        ["#: campaigns.yaml:6", 'msgid "How was it?"'],
        ["#: campaigns.yaml:6", 'msgid "And why?"'],
        ["#: campaigns.yaml:6", 'msgid "Good"'],
        ["#: campaigns.yaml:9", 'msgid "Thank you"'],
        ["#: templates/a/b.mjml:2", 'msgid "Hello"'],
        ["#: templates/a/b.mjml:5", 'msgid "Look around"'],
        ["#: templates/a/b.mjml:5", 'msgid "Leave"'],
        ["#: templates/a/b.txt:1", 'msgid "friend"'],
    ]  # fmt: skip
    assert entries[0].startswith("#. what one subscribes to\n")


def test_what_the_environment_gives_is_in_no_catalog(shop: Path) -> None:
    translate(shop, "extract")
    assert "Do not tell?" not in (shop / POT).read_text(encoding="utf-8")


def test_extract_twice_writes_once_and_check_writes_nothing(shop: Path) -> None:
    before = files(shop)
    checked = translate(shop, "extract", "--check")
    assert (checked.returncode, checked.stdout) == (1, f"{POT}: 9 texts, would change\n")
    assert files(shop) == before
    translate(shop, "extract")
    assert translate(shop, "extract", "--check").returncode == 0
    again = translate(shop, "extract", "--json")
    assert json.loads(again.stdout) == {"file": POT, "texts": 9, "changed": False}


def test_update_begins_a_catalog_and_keeps_it_up_to_date(shop: Path) -> None:
    begun = translate(shop, "update", "--locale", "de")
    assert begun.returncode == 0
    assert begun.stdout.splitlines()[1] == f"{GERMAN}: 9 texts, 9 new, 9 not translated, written"
    catalog = shop / GERMAN
    catalog.write_text(
        catalog.read_text(encoding="utf-8").replace('"Hello"\nmsgstr ""', '"Hello"\nmsgstr "Hallo"'),
        encoding="utf-8",
    )
    letter = shop / "templates/a/b.mjml"
    letter.write_text(letter.read_text(encoding="utf-8").replace("Hello", "Hello!"), encoding="utf-8")
    before = catalog.read_text(encoding="utf-8")
    checked = translate(shop, "update", "--check", "--json")
    assert checked.returncode == 1
    assert json.loads(checked.stdout)["catalogs"] == [
        {
            "locale": "de",
            "file": GERMAN,
            "texts": 9,
            "new": 0,
            "proposed": 1,
            "gone": 0,
            "untranslated": 8,
            "fuzzy": 1,
            "changed": True,
        }
    ]
    assert catalog.read_text(encoding="utf-8") == before
    assert translate(shop, "update").returncode == 0
    assert '#, fuzzy\n#| msgid "Hello"\nmsgid "Hello!"\nmsgstr "Hallo"\n' in catalog.read_text("utf-8")
    assert translate(shop, "update", "--check").returncode == 0


def test_a_catalog_of_the_language_that_is_written_is_begun_filled(shop: Path) -> None:
    translate(shop, "update", "--locale", "en", "--as-written")
    assert translate(shop, "compile").returncode == 0


def test_a_catalog_that_is_there_can_become_that_of_the_language_that_is_written(shop: Path) -> None:
    translate(shop, "update", "--locale", "en")
    assert translate(shop, "compile").returncode == 1
    translate(shop, "update", "--locale", "en", "--as-written")
    assert translate(shop, "compile").returncode == 0
    refused = translate(shop, "update", "--as-written")
    assert (refused.returncode, "name it by --locale" in refused.stderr) == (2, True)


def test_a_catalog_that_no_letter_reads_is_left_alone(shop: Path) -> None:
    path = shop / "templates/locale/nowhere/LC_MESSAGES/messages.po"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n", encoding="utf-8")
    assert translate(shop, "update").returncode == 0
    assert path.read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize("command", ["extract", "update"])
def test_files_that_cannot_be_read_change_nothing(shop: Path, command: str) -> None:
    translate(shop, "update", "--locale", "de")
    (shop / "templates/a/b.txt").write_text('{{ _("friend" }}', encoding="utf-8")
    before = (shop / POT).read_text(encoding="utf-8")
    done = translate(shop, command)
    assert done.returncode == 1
    assert done.stderr.startswith("templates/a/b.txt:1:1: ")
    assert (shop / POT).read_text(encoding="utf-8") == before


def test_a_catalog_that_cannot_be_read_is_not_written_over(shop: Path) -> None:
    translate(shop, "update", "--locale", "de")
    (shop / GERMAN).write_text("msgid broken\n", encoding="utf-8")
    done = translate(shop, "update")
    assert (done.returncode, done.stderr[: len(GERMAN) + 5]) == (1, f"{GERMAN}:1:1:")
    assert (shop / GERMAN).read_text(encoding="utf-8") == "msgid broken\n"


def test_what_is_wrong_with_campaigns_beside_their_texts_hinders_nothing(shop: Path) -> None:
    (shop / "campaigns.yaml").write_text(CAMPAIGNS.replace("order_placed", "oder_placed"), encoding="utf-8")
    assert translate(shop, "extract").stdout == f"{POT}: 9 texts, written\n"


def test_an_unknown_locale_is_refused(shop: Path) -> None:
    done = translate(shop, "update", "--locale", "deutsch")
    assert (done.returncode, done.stderr) == (
        1,
        'penfriend: there is no locale "deutsch"; one reads de, or de_AT with its country.\n',
    )


def test_compile_says_what_is_not_right_and_writes_the_rest(shop: Path) -> None:
    translate(shop, "update", "--locale", "de")
    assert translate(shop, "compile", "--check").returncode == 1
    assert "messages.mo" not in files(shop)
    done = translate(shop, "compile")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == f'{GERMAN}:12:1: warning: "Offers" is not translated.'
    assert lines[5:] == [
        f"{GERMAN}: and 4 more like these (--json names all)",
        "templates/locale/de/LC_MESSAGES/messages.mo: 0 of 9 texts",
    ]
    document = json.loads(translate(shop, "compile", "--json").stdout)
    assert document["right"] is False
    assert len(document["problems"]) == document["catalogs"][0]["untranslated"] == 9


def test_a_compiled_catalog_that_is_older_than_its_texts_is_not_right_when_checked(shop: Path) -> None:
    translate(shop, "update", "--locale", "en", "--as-written")
    assert translate(shop, "compile").returncode == 0
    assert translate(shop, "compile", "--check").returncode == 0
    catalog = shop / "templates/locale/en/LC_MESSAGES/messages.po"
    catalog.write_text(catalog.read_text("utf-8").replace('msgstr "Hello"', 'msgstr "Hi"'), encoding="utf-8")
    assert translate(shop, "compile", "--check").returncode == 1
    assert translate(shop, "compile").returncode == 0


def test_where_there_is_no_catalog_compile_says_how_to_begin_one(shop: Path) -> None:
    done = translate(shop, "compile")
    assert done.returncode == 1
    assert "`penfriend translate update --locale tr` begins" in done.stderr


def test_validate_warns_of_texts_of_campaign_files_as_well(shop: Path) -> None:
    translate(shop, "update", "--locale", "pl")
    catalog = shop / "templates/locale/pl/LC_MESSAGES/messages.po"
    text = catalog.read_text("utf-8")
    for word in ("How was it?", "And why?", "Good", "Thank you", "Hello", "Look around", "Leave", "friend"):
        text = text.replace(f'msgid "{word}"\nmsgstr ""', f'msgid "{word}"\nmsgstr "{word}"')
    catalog.write_text(text, encoding="utf-8")
    done = run_here(("validate",), shop, {"QUESTION": "Do not tell?"})
    told = [line for line in done.stdout.splitlines() if "translation into" in line]
    assert done.returncode == 0
    [warning] = told
    assert warning.startswith(
        'campaigns.yaml:3:19: warning: 3 texts ("Offers", "Rewards", "Bad") have no translation into Polish'
    )
