"""Templates: layouts, partials, loops and conditions come out where they stand; what mrml cannot carry falls
back by itself."""

from __future__ import annotations

import re
import threading

import pytest

from penfriend.domain.errors import RenderFailed
from tests.unit.rendering.letters import HEAD, column_letter, filled, letter, renderer, text_letter

LAYOUT = (
    "<mjml><mj-head><mj-style>.x { color: red; }</mj-style></mj-head><mj-body>"
    "{% block top %}<mj-section><mj-column><mj-text>TOP</mj-text></mj-column></mj-section>{% endblock %}"
    "{% block content %}{% endblock %}</mj-body></mjml>"
)
SECTION = "<mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>"
BUTTON = '<mj-button href="{{ url }}">{{ label }}</mj-button>'
ITEMS = {"contact": {"first_name": "Ann"}, "cart": {"items": [{"title": "Tea"}, {"title": "Jam"}]}}


def shown(html: str) -> list[str]:
    """The texts between tags in the body."""
    body = html[html.index("<body") :]
    return [text.strip() for text in re.findall(r">([^<>]+)<", body) if text.strip() and "if mso" not in text]


def test_a_letter_fills_the_blocks_of_its_layout() -> None:
    mjml = (
        HEAD
        + '{% extends "_layouts/a.mjml" %}{% block content %}'
        + SECTION.format("MINE")
        + "{% endblock %}"
    )
    assert shown(filled(mjml, {"_layouts/a.mjml": LAYOUT})[1]) == ["TOP", "MINE"]


def test_super_shows_what_the_layout_has() -> None:
    block = "{% block top %}" + SECTION.format("BEFORE") + "{{ super() }}{% endblock %}"
    mjml = HEAD + '{% extends "_layouts/a.mjml" %}' + block
    assert shown(filled(mjml, {"_layouts/a.mjml": LAYOUT})[1]) == ["BEFORE", "TOP"]


def test_a_layout_may_have_a_layout() -> None:
    files = {
        "_layouts/a.mjml": LAYOUT,
        "_layouts/b.mjml": '{% extends "_layouts/a.mjml" %}{% block top %}'
        + SECTION.format("B")
        + "{% endblock %}",
    }
    mjml = (
        HEAD + '{% extends "_layouts/b.mjml" %}{% block content %}' + SECTION.format("C") + "{% endblock %}"
    )
    assert shown(filled(mjml, files)[1]) == ["B", "C"]


def test_a_partial_sees_what_was_set_before() -> None:
    use = (
        '{% set url = "https://shop.example/a" %}{% set label = "Go" %}{% include "_partials/button.mjml" %}'
    )
    html = filled(column_letter(use), {"_partials/button.mjml": BUTTON})[1]
    assert 'href="https://shop.example/a"' in html
    assert shown(html) == ["Go"]


def test_a_partial_sees_what_a_with_gives_it() -> None:
    use = (
        '{% with url = "https://shop.example/a", label = contact.first_name %}{% include '
        '"_partials/button.mjml" %}{% endwith %}'
    )
    assert shown(filled(column_letter(use), {"_partials/button.mjml": BUTTON})[1]) == ["Ann"]


def test_what_a_letter_sets_outside_of_blocks_is_known_in_them() -> None:
    content = "{% block content %}" + SECTION.format("{{ word }}") + "{% endblock %}"
    mjml = HEAD + '{% extends "_layouts/a.mjml" %}{% set word = "SET" %}' + content
    assert shown(filled(mjml, {"_layouts/a.mjml": LAYOUT})[1]) == ["TOP", "SET"]


def test_a_set_in_the_head_is_known_in_the_body() -> None:
    mjml = column_letter("<mj-text>{{ word }}</mj-text>").replace(
        "<mj-body>", '<mj-head>{% set word = "SET" %}</mj-head><mj-body>'
    )
    assert shown(filled(mjml)[1]) == ["SET"]
    assert not renderer(mjml).uses_fallback("welcome/hello")


@pytest.mark.parametrize(
    ("elements", "texts"),
    [
        ("{% for item in cart.items %}<mj-text>{{ item.title }}</mj-text>{% endfor %}", ["Tea", "Jam"]),
        (
            (
                "{% if cart.items | length > 1 %}<mj-text>many</mj-text>{% else "
                "%}<mj-text>one</mj-text>{% endif %}"
            ),
            ["many"],
        ),
        ("{% if cart.items | length < 1 %}<mj-text>none</mj-text>{% endif %}<mj-text>end</mj-text>", ["end"]),
        (
            "<mj-table>{% for item in cart.items %}<tr><td>{{ item.title }}</td></tr>{% endfor %}</mj-table>",
            ["Tea", "Jam"],
        ),
        ('<mj-text color="{% if cart.items %}#ff0000{% else %}#00ff00{% endif %}">x</mj-text>', ["x"]),
        (
            (
                '{% set n = 0 %}<mj-text>{% for i in cart.items %}{{ loop.index }}{{ ", " if not '
                "loop.last }}{% endfor %}</mj-text>"
            ),
            ["1, 2"],
        ),
        ("<mj-text>{{- contact.first_name -}}   </mj-text>", ["Ann"]),
        ("<mj-text>{# {{ nothing }} #}x</mj-text><!-- {{ nothing }} <mj-text>off</mj-text> -->", ["x"]),
        ("<mj-text>{% raw %}{{ as is }}{% endraw %}</mj-text>", ["{{ as is }}"]),
        ('<mj-text>{{ {"a": {"b": "deep"}}["a"].b }}</mj-text>', ["deep"]),
        ('<mj-text>{{ "a }} b %} c" }}</mj-text>', ["a }} b %} c"]),
        ("<mj-text>{% filter upper %}abc{% endfilter %}</mj-text>", ["ABC"]),
    ],
)
def test_jinja_works_where_it_stands(elements: str, texts: list[str]) -> None:
    mjml = column_letter(elements)
    html = filled(mjml, facts=ITEMS)[1]
    assert shown(html) == texts
    assert not renderer(mjml).uses_fallback("welcome/hello")


def test_a_colour_from_a_condition_is_written() -> None:
    mjml = column_letter('<mj-text color="{% if cart.items %}#ff0000{% endif %}">x</mj-text>')
    assert "color:#ff0000" in filled(mjml, facts=ITEMS)[1]


@pytest.mark.parametrize(
    "element",
    [
        (
            '<mj-social>{% for item in cart.items %}<mj-social-element href="https://a.example/{{ '
            'item.title }}" src="https://a.example/i.png">x</mj-social-element>{% endfor %}</mj-social>'
        ),
        (
            '<mj-navbar>{% for item in cart.items %}<mj-navbar-link href="https://a.example/{{ '
            'item.title }}">x</mj-navbar-link>{% endfor %}</mj-navbar>'
        ),
    ],
)
def test_a_loop_in_a_list_of_links_gives_each_link(element: str) -> None:
    html = filled(column_letter(element), facts=ITEMS)[1]
    assert html.count("https://a.example/Tea") == html.count("https://a.example/Jam") > 0


def test_columns_without_width_in_a_loop_share_the_room() -> None:
    columns = (
        "{% for item in cart.items %}<mj-column><mj-text>{{ item.title }}</mj-text></mj-column>{% endfor %}"
    )
    mjml = f"{HEAD}<mjml><mj-body><mj-section>{columns}</mj-section></mj-body></mjml>"
    html = filled(mjml, facts=ITEMS)[1]
    assert renderer(mjml).uses_fallback("welcome/hello")
    assert html.count("mj-column-per-50") > 1
    assert shown(html) == ["Tea", "Jam"]


def test_columns_with_width_in_a_loop_are_compiled_once() -> None:
    columns = (
        '{% for item in cart.items %}<mj-column width="50%"><mj-text>{{ item.title '
        "}}</mj-text></mj-column>{% endfor %}"
    )
    mjml = f"{HEAD}<mjml><mj-body><mj-section>{columns}</mj-section></mj-body></mjml>"
    assert not renderer(mjml).uses_fallback("welcome/hello")
    assert shown(filled(mjml, facts=ITEMS)[1]) == ["Tea", "Jam"]


def test_the_fallback_shows_the_same_as_the_compiled_way() -> None:
    content = (
        "<mj-text>{{ contact.first_name }} {% trans %}and{% endtrans %} {{ "
        'cart["items"][0].title }}</mj-text>'
    )
    compiled = column_letter(content)
    fallen = compiled.replace("<mj-column>", "{% if 1 %}<mj-column>").replace(
        "</mj-column>", "</mj-column>{% endif %}"
    )
    assert renderer(fallen).uses_fallback("welcome/hello")
    assert filled(compiled, facts=ITEMS) == filled(fallen, facts=ITEMS)


def test_the_preview_of_the_head_is_hidden_in_the_html_and_not_in_the_text() -> None:
    mjml = text_letter("BODY", "---\nsubject: S\npreview: For {{ contact.first_name }}\n---\n")
    _, html, text = filled(mjml)
    assert re.search(r'<div style="display:none[^"]*">For Ann</div>', html)
    assert text == "BODY\n"


def test_the_subject_is_the_title() -> None:
    html = filled(text_letter("x", "---\nsubject: A & {{ contact.first_name }}\n---\n"))[1]
    assert "<title>A &amp; Ann</title>" in html


def test_a_step_has_its_own_subject() -> None:
    assert filled(text_letter("x"), subject="Again, {{ contact.first_name }}")[0] == "Again, Ann"


def test_a_subject_is_one_line() -> None:
    assert filled(text_letter("x", "---\nsubject: A {{ '\\n' }} B\n---\n"))[0] == "A B"


def test_an_empty_subject_is_refused() -> None:
    with pytest.raises(RenderFailed, match="subject is empty"):
        filled(text_letter("x", "---\nsubject: \"{{ '' }}\"\n---\n"))


def test_an_error_names_file_line_and_column() -> None:
    with pytest.raises(RenderFailed, match=r"^templates/_partials/a\.mjml:2:5: .*\"nobody\""):
        filled(
            column_letter('{% include "_partials/a.mjml" %}'),
            {"_partials/a.mjml": "<mj-text>\n    {{ nobody }}</mj-text>"},
        )


def test_an_empty_value_is_not_printed_as_none() -> None:
    with pytest.raises(RenderFailed, match=r"hello\.mjml:4:\d+: this value is empty"):
        filled(text_letter("Dear {{ contact.first_name }}"), facts={"contact": {"first_name": None}})


def test_an_empty_value_is_false() -> None:
    mjml = text_letter('Dear {{ contact.first_name or "friend" }}')
    assert filled(mjml, facts={"contact": {"first_name": None}})[2] == "Dear friend\n"


def test_an_attribute_that_the_shop_did_not_give_is_empty() -> None:
    mjml = text_letter('{{ contact.attributes.shoe or "none" }}')
    assert filled(mjml)[2] == "none\n"
    with pytest.raises(RenderFailed, match="empty"):
        filled(text_letter("{{ contact.attributes.shoe }}"))


def test_a_name_that_a_group_does_not_have_is_an_error() -> None:
    with pytest.raises(RenderFailed, match=r'no "frist_name" here\. Did you mean "first_name"'):
        filled(text_letter('{{ contact.frist_name or "x" }}'))


def test_names_of_facts_come_before_methods() -> None:
    facts = {"cart": {"items": [1, 2], "keys": "k", "get": "g"}}
    assert (
        filled(text_letter("{{ cart.items | length }}{{ cart.keys }}{{ cart.get }}"), facts=facts)[2]
        == "2kg\n"
    )


def test_needs_tells_the_facts_that_any_part_reads() -> None:
    mjml = text_letter(
        (
            "{{ cart.total }}{% for item in order.items %}{{ item.title }}{% endfor %}{{ brand.name "
            "}}{{ links.preferences }}"
        ),
        "---\nsubject: Hi {{ contact.first_name }}\npreview: '{{ points.balance }}'\n---\n",
    )
    files = {
        "welcome/hello.txt": "{{ reward.cost }}",
        "welcome/hello.tr.mjml": text_letter("{{ product.title }}"),
    }
    assert renderer(mjml, files).needs("welcome/hello").names == {
        "cart",
        "order",
        "contact",
        "points",
        "reward",
        "product",
    }


def test_a_missing_template_is_told() -> None:
    with pytest.raises(RenderFailed, match=r"templates/welcome/nope\.mjml does not exist"):
        renderer(text_letter("x")).render(letter(template="welcome/nope"))


def test_several_threads_render_the_same_letters() -> None:
    made = renderer(text_letter("Dear {{ contact.first_name }}"))
    results: dict[int, str] = {}

    def work(number: int) -> None:
        for _ in range(20):
            text = made.fill(letter(facts={"contact": {"first_name": f"P{number}"}}))[2]
            results[number] = text if text == f"Dear P{number}\n" else "wrong"

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"Dear P{number}\n" for number in range(8)}
