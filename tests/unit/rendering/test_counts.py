"""Counts within a window, `points.earned(within="last 1 month")`: what has to be counted is known beforehand,
and a slip is told at its place."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import Send
from penfriend.domain.counting import COUNTS
from penfriend.domain.errors import RenderFailed
from penfriend.domain.money import Money
from tests.unit.rendering.letters import HEAD, column_letter, filled, letter, problems, renderer, text_letter

EARNED = 'points.earned(within="last 1 month")'
TOTAL = 'orders.total(within="last 30 days")'
FACTS = {
    "contact": {"first_name": "Ann", "attributes": {}},
    "points": {"earned": 900},
    "orders": {"total": Money(9_000_000, "GBP")},
    COUNTS: {EARNED: 1234, TOTAL: Money(125_000, "GBP")},
}
COUNTABLE = "orders.count, orders.total, orders.average, points.earned, points.spent, events.NAME.count."


def shown(content: str) -> str:
    return filled(text_letter(content), facts=FACTS)[2].strip()


def needed(mjml: str, files: dict[str, str] | None = None, step: Send | None = None) -> list[str]:
    found = renderer(mjml, files, step=step).needs("welcome/hello").counts
    return sorted(one.text for one in found)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"{{{{ {EARNED} }}}} of {{{{ points.earned }}}}", "1234 of 900"),
        (f"{{{{ number({EARNED}) }}}}", "1,234"),
        (f"{{{{ {EARNED} | number }}}}", "1,234"),
        (f"{{{{ money({TOTAL}) }}}}", "£12.50"),
        (f"{{% if {EARNED} > 1000 and {TOTAL} < orders.total %}}yes{{% endif %}}", "yes"),
        (f"{{% set n = {EARNED} %}}{{{{ n + 1 }}}}", "1235"),
(f"{{% trans n={EARNED} %}}{{{{ n }}}} point{{% pluralize %}}{{{{ n }}}} points{{% endtrans %}}",
         "1234 points"),
        (f"{{{{ ngettext('%(num)s point', '%(num)s points', {EARNED}) }}}}", "1234 points"),
        (f"{{% for n in range(2) if {EARNED} %}}{{{{ n }}}}{{% endfor %}}", "01"),
        ("{{ points['earned'](within='last  1  month') }}", "1234"),
        ("{{ points.earned(within='last ' ~ 1 ~ ' month') }}", "1234"),
        (f"{{% set points = points %}}{{{{ {EARNED} }}}}", "1234"),
        (f"{{% macro all(n={EARNED}) %}}{{{{ n }}}}{{% endmacro %}}{{{{ all() }}}}", "1234"),
    ],
)  # fmt: skip
def test_a_narrowed_count_prints_and_compares_like_the_plain_field(content: str, text: str) -> None:
    assert shown(content) == text


def test_a_narrowed_count_stands_in_an_attribute_too() -> None:
    button = f"<mj-button href='https://shop.example/?n={{{{ {EARNED} }}}}'>Go</mj-button>"
    assert "https://shop.example/?n=1234" in filled(column_letter(button), facts=FACTS)[1]


def test_it_is_known_beforehand_what_every_part_of_a_letter_counts() -> None:
    head = (
        "---\nsubject: Hi {{ orders.count(within='last 1 day') }}\n"
        "preview: Hi {{ orders.count(within='last 2 days') }}\n---\n"
    )
    blocks = "{% block content %}{% include '_partials/count.mjml' %}{% endblock %}"
    mjml = f"{head}{{% extends '_layouts/letter.mjml' %}}{blocks}"
    content = "<mj-text>{{ orders.count(within='last 3 days') }}</mj-text>{% block content %}{% endblock %}"
    layout = column_letter(content, "")
    files = {
        "_layouts/letter.mjml": layout,
        "_partials/count.mjml": "<mj-text>{{ orders.count(within='last 4 days') }}</mj-text>",
        "welcome/hello.txt": "{{ orders.count(within='last 5 days') }}",
        "welcome/hello.tr.mjml": text_letter("{{ orders.count(within='last 6 days') }}"),
    }
    step = Send(id="hello", template="welcome/hello", subject="{{ orders.count(within='last 7 days') }}")
    days = ("1 day", *(f"{days} days" for days in range(2, 8)))
    assert needed(mjml, files, step) == [f'orders.count(within="last {part}")' for part in days]


def test_what_is_written_in_two_ways_is_counted_once() -> None:
    one = "{{ events.order_placed.count(before='entry',after='30 days ago') }}"
    two = '{{ events["order_placed"].count(after=" 30  days ago", before="entry") }}'
    assert needed(text_letter(one + two)) == [
        'events.order_placed.count(before="entry", after="30 days ago")'
    ]


def test_a_letter_without_windows_counts_nothing() -> None:
    assert needed(text_letter("{{ points.earned }}{{ orders.count }}")) == []


def test_a_sound_count_is_no_problem() -> None:
    assert problems(text_letter(f"{{{{ {EARNED} }}}} {{{{ money({TOTAL}) }}}}")) == []


NO_CALL = f"this cannot be called. A count, a sum or an average can, written whole: {COUNTABLE}"
WRITE = 'Write points.earned(within="last 30 days")'
NO_FIELD = (
    '"cart.updated_at": a letter counts from no field.'
    " Write 90 days ago, monday, 2026-12-24, 2026-12-24 09:00, entry, or 7 days before entry."
)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("points.earned(within='last 1 moth')", '"1 moth" is no duration. Write a whole number and seconds,'),
        ("points.earned(within='30 days')", '"30 days" is no window. Write last or next and a duration,'),
        ("points.earned('last 1 month')", f"its window has a name. {WRITE}."),
        ("points.earned(**{'within': 'last 1 month'})", f"its window has a name. {WRITE}."),
        ("points.earned()", f"there is no window. {WRITE}, or points.earned alone for all there ever was."),
        ("points.earned(within=contact.tier)", "within wants a text in quotes: what is counted is"),
        ("points.earned(wihin='last 1 day')", 'there is no "wihin". Did you mean "within"? In a letter it'),
        ("orders.count(where='x')", 'there is no "where". In a letter it takes: within, before, after.'),
        ("orders.count(after='yesterday')", '"yesterday" is no moment. Write 90 days ago, in 3 days,'),
        ("orders.count(after='cart.updated_at')", NO_FIELD),
        ("points.balance(within='last 1 day')", NO_CALL),
        ("brand.name()", NO_CALL),
    ],
)
def test_a_slip_in_a_count_is_told_at_its_place(call: str, problem: str) -> None:
    found = problems(text_letter(f"{{{{ 1 }}}}, {{{{ {call} }}}}"))
    called = call.partition("(")[0]
    assert len(found) == 1
    assert found[0].startswith(f"templates/welcome/hello.mjml:4:57: {called}(...): {problem}")


def test_an_event_that_there_is_not_is_told_with_a_guess() -> None:
    (found,) = problems(text_letter("{{ events.order_plced.count(within='last 1 month') }}"))
    assert found.endswith('events.order_plced: there is no "order_plced". Did you mean "order_placed"?')


def test_every_slip_is_told_also_in_a_letter_that_is_broken_otherwise() -> None:
    found = problems(text_letter("<b>{{ points.earned(within='lst 1 day') }}{{ points.spent() }}"))
    assert [line.split(": ")[1] for line in found] == [
        "<b> is not closed; </b> is missing.",
        "points.earned(...)",
        "points.spent(...)",
    ]


def test_a_name_that_stands_for_another_has_no_window() -> None:
    (found,) = problems(text_letter("{% set p = points %}{{ p.earned(within='last 1 day') }}"))
    assert found.endswith(f"p.earned(...): {NO_CALL}")


def test_a_letter_is_tried_for_somebody_who_did_nothing_of_late() -> None:
    (found,) = problems(text_letter("{{ money(orders.average(within='last 30 days')) }}"))
    assert "warning: this fails for somebody" in found


def test_a_step_that_has_the_wrong_window_in_its_subject_is_told_in_the_campaign_file() -> None:
    step = Send(id="hello", template="welcome/hello", subject="{{ points.earned(within='lst 1 day') }}")
    (found,) = problems(text_letter("x", HEAD), step=step)
    assert found.startswith("campaigns.yaml:1:1: ")
    assert '"lst 1 day" is no window.' in found


def test_a_letter_whose_count_is_not_among_its_facts_fails_by_itself() -> None:
    facts = {**FACTS, COUNTS: {}}
    with pytest.raises(RenderFailed, match=r"mjml:4:48: points\.earned.* was not counted"):
        renderer(text_letter(f"{{{{ {EARNED} }}}}")).fill(letter(facts=facts))
