"""`check`: what is wrong with a template, at its file, line and column, all of it at once."""

from __future__ import annotations

import pytest

from penfriend.domain.campaign import Send
from penfriend.domain.problems import Place
from tests.unit.rendering.letters import HEAD, column_letter, filled, problems, text_letter

HERE = "templates/welcome/hello.mjml"


def test_a_sound_letter_has_no_problems() -> None:
    assert problems(text_letter('Dear {{ contact.first_name or _("friend") }}')) == []


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        ("<mj-txt>x</mj-txt>", '4:39: unknown element <mj-txt>. Did you mean "mj-text"?'),
        (
            '<mj-text colour="red">x</mj-text>',
            '4:48: <mj-text> has no attribute "colour". Did you mean "color"?',
        ),
        (
            '<mj-text font-size="big">x</mj-text>',
            '4:59: font-size="big" is not right for <mj-text>; it is a length in px.',
        ),
        (
            '<mj-text align="middle">x</mj-text>',
            '4:55: align="middle" is not right for <mj-text>; it is one of: left, right, center, justify.',
        ),
        (
            "<mj-section></mj-section>",
            "4:39: <mj-section> cannot stand in <mj-column>; it belongs in <mj-body> or <mj-wrapper>.",
        ),
        ("<mj-text>x", "4:39: <mj-text> is not closed; </mj-text> is missing."),
        ("<mj-text>x<mj-text>y</mj-text>", "4:39: <mj-text> is not closed; </mj-text> is missing."),
        (
            "<mj-text>x <mj-button>y</mj-button></mj-text>",
            "4:50: <mj-button> cannot stand in <mj-text>; close </mj-text> before it.",
        ),
        (
            "<mj-text>x <mj-button>y</mj-button>",
            "4:39: <mj-text> is not closed; </mj-text> is missing.",
        ),
        ("<mj-text><b>x</mj-text>", "4:48: <b> is not closed; </b> is missing."),
        ("<mj-text>x</b></mj-text>", "4:49: </b> closes nothing."),
        ("<mj-text><b><i>x</b></i></mj-text>", "4:51: <i> is not closed before </b>."),
        ("stray", "4:39: text cannot stand in <mj-column>; put it into <mj-text>."),
        ("{{ contact.email }}", "4:39: a value cannot stand in <mj-column>; put it into <mj-text>."),
        (
            '<mj-text {% if 1 %}color="red"{% endif %}>x</mj-text>',
            "4:48: a Jinja tag can stand in the value of an attribute, not between attributes.",
        ),
        ('<mj-text color="red" color="blue">x</mj-text>', '4:60: the attribute "color" stands twice.'),
        ("<mj-text color>x</mj-text>", '4:48: the attribute "color" has no value in quotes.'),
        (
            "<mj-text><a href={{ brand.name }}>x</a></mj-text>",
            "4:48: the value of an attribute needs quotes around it.",
        ),
        ('<mj-include path="x" />', '4:39: unknown element <mj-include>. Use {% include "_partials/..." %}.'),
        ("<mj-text>{{ contact.email </mj-text>", '4:48: "{{" is not closed; "}}" is missing.'),
        ("<mj-text>{% trans %}x</mj-text>", "4:48: {% trans %} is not closed; {% endtrans %} is missing."),
        ("<mj-text>{% if 1 %}x</mj-text>", "4:48: {% if %} is not closed; {% endif %} is missing."),
        ("<mj-text>{% endif %}x</mj-text>", "4:48: {% endif %} closes nothing."),
        (
            "<mj-text>{% for i in [1] %}{% if 1 %}{% endfor %}</mj-text>",
            "4:66: {% if %} is not closed before {% endfor %}.",
        ),
        (
            "<mj-text>{{ contact email }}</mj-text>",
            "4:48: expected token 'end of print statement', got 'email'. In: {{ contact email }}",
        ),
        ("<mj-text>{% sned %}</mj-text>", "4:48: Encountered unknown tag 'sned'. In: {% sned %}"),
        (
            "<mj-text>{{ contact.email | uper }}</mj-text>",
            '4:48: there is no filter "uper". Did you mean "upper"?',
        ),
        (
            "<mj-text>{% if 1 is od %}{% endif %}</mj-text>",
            '4:48: there is no test "od". Did you mean "odd"?',
        ),
        ("<mj-text>{{ contcat.email }}</mj-text>", '4:48: "contcat" is not defined. Did you mean "contact"?'),
        (
            "<mj-text>{{ contact.emial }}</mj-text>",
            '4:48: contact.emial: there is no "emial". Did you mean "email"?',
        ),
        (
            "<mj-text>{{ contact.rfm.recensy }}</mj-text>",
            '4:48: contact.rfm.recensy: there is no "recensy". Did you mean "recency"?',
        ),
        (
            "<mj-text>{{ contact['emial'] }}</mj-text>",
            '4:48: contact["emial"]: there is no "emial". Did you mean "email"?',
        ),
        (
            "<mj-text>{% for i in cart.items %}{{ i.titel }}{% endfor %}</mj-text>",
            '4:73: i.titel: there is no "titel". Did you mean "title"?',
        ),
        (
            "<mj-text>{{ cart['items'][0].titel }}</mj-text>",
            '4:48: cart["items"][0].titel: there is no "titel". Did you mean "title"?',
        ),
        (
            "<mj-text>{{ event.totl }}</mj-text>",
            '4:48: event.totl: there is no "totl". Did you mean "total"?',
        ),
        (
            "<mj-text>{{ topic.offer }}</mj-text>",
            '4:48: topic.offer: there is no "offer". Did you mean "offers"?',
        ),
        (
            "<mj-text>{% set x = contact %}{{ x.emial }}</mj-text>",
            '4:69: x.emial: there is no "emial". Did you mean "email"?',
        ),
        ("<mj-text>{{ _secret }}</mj-text>", '4:48: "_secret": names cannot begin with an underscore.'),
        ('{% include "_partials/x.mjml" %}', '4:39: there is no file "templates/_partials/x.mjml".'),
        (
            "{% include name %}",
            '4:39: {% include %} needs the name of a file in quotes, such as "_partials/button.mjml".',
        ),
        (
            '{% from "x" import y %}',
            (
                "4:39: macros cannot be imported; write a partial and {% include %} it, with its "
                "values set before by {% set %}."
            ),
        ),
        ('{% extends "x" %}', "4:39: {% extends %} stands first in a file."),
        ("<mj-text>{{ 1 + }}</mj-text>", "4:48: "),
        ("<mj-text>{{ 1 / 0 }}</mj-text>", "4:48: division by zero"),
    ],
)
def test_a_mistake_is_told_with_its_place(elements: str, problem: str) -> None:
    found = problems(column_letter(elements))
    assert any(line.startswith(f"{HERE}:{problem}") for line in found), found


@pytest.mark.parametrize(
    "expression",
    [
        "contact.attributes.anything or ''",
        "event.anything",
        "cart.items[0].attributes.size or 1",
        "campaign.topic_title",
        "campaign.welcome.inside",
        "events.order_placed.count",
        "message.opened",
        'message["welcome/hello"].opened',
        "waited",
        "orders.total | money",
        "points.expires_at | date",
        "links.unsubscribe",
        "(product.attributes.x if product) or ''",
        "(cart.items | sort | first).title",
        "cart.items | map(attribute='title') | join(', ')",
    ],
)
def test_a_known_name_is_no_problem(expression: str) -> None:
    assert problems(text_letter("{{ " + expression.replace("cart.items[", 'cart["items"][') + " }}")) == []


def test_all_problems_of_all_files_are_found_together() -> None:
    mjml = column_letter(
        '{% include "_partials/a.mjml" %}<mj-text>{{ contact.emial }}</mj-text>', "---\nsubjet: x\n---\n"
    )
    found = problems(mjml, {"_partials/a.mjml": "<mj-text colour='x'>{{ a b }}</mj-text>\n<mj-txt/>"})
    assert [line.split(": ")[0] for line in found] == [
        "templates/_partials/a.mjml:1:10",
        "templates/_partials/a.mjml:1:21",
        "templates/_partials/a.mjml:2:1",
        f"{HERE}:1:1",
        f"{HERE}:2:1",
    ]


def test_names_are_looked_at_even_where_the_mjml_is_broken() -> None:
    found = problems(column_letter("<mj-txt/><mj-text>{{ contact.emial }}</mj-text>"))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("mjml", "problem"),
    [
        ("<mjml><mj-body></mj-body></mjml>", "1:1: there is no subject"),
        ("---\npreview: x\n---\n<mjml><mj-body></mj-body></mjml>", "1:1: there is no subject"),
        (
            "---\nsubject: x\n<mjml><mj-body></mj-body></mjml>",
            "1:1: the head is not closed; a second line of --- is missing.",
        ),
        (
            "---\nsubject: x\nsubject: y\n---\n<mjml><mj-body></mj-body></mjml>",
            '3:1: duplicate key "subject" in the head.',
        ),
        (
            "---\nsubject: x\nnonsense\n---\n<mjml><mj-body></mj-body></mjml>",
            '3:1: a line of the head reads "key: text"',
        ),
        (
            "---\nsubject: Hi {{ contact.emial }}\n---\n<mjml><mj-body></mj-body></mjml>",
            '2:13: contact.emial: there is no "emial".',
        ),
        ("---\nsubject: Hi {{ contact.\n---\n<mjml><mj-body></mj-body></mjml>", '2:13: "{{" is not closed'),
        (HEAD, "1:1: this is no MJML: there is no <mjml> element."),
        (HEAD + "<mj-body></mj-body>", "4:1: a template begins with <mjml>, not with <mj-body>."),
        (HEAD + "<mjml></mjml>", "4:1: there is no <mj-body> in <mjml>."),
        (HEAD + "<mjml><mj-body></mj-body></mjml><mjml></mjml>", "4:33: <mjml> stands behind </mjml>."),
        (HEAD + "<mjml><mj-body></mj-body>", "4:1: <mjml> is not closed"),
    ],
)
def test_a_wrong_head_or_frame_is_told_with_its_place(mjml: str, problem: str) -> None:
    found = problems(mjml)
    assert any(line.startswith(f"{HERE}:{problem}") for line in found), found


def test_a_missing_template_is_told_at_the_step() -> None:
    step = Send(id="a", template="welcome/nope", place=Place("campaigns.yaml", 9, 7))
    assert problems(None, step=step) == [
        'campaigns.yaml:9:7: there is no template "welcome/nope"; templates/welcome/nope.mjml does not exist.'
    ]


def test_a_wrong_subject_of_a_step_is_told_at_the_step() -> None:
    step = Send(
        id="a",
        template="welcome/hello",
        subject="Hi {{ contact.emial }}",
        place=Place("campaigns.yaml", 9, 7),
    )
    assert problems(text_letter("x"), step=step)[0].startswith(
        'campaigns.yaml:9:7: contact.emial: there is no "emial"'
    )


def test_a_partial_in_itself_is_told() -> None:
    files = {
        "_partials/a.mjml": '{% include "_partials/b.mjml" %}',
        "_partials/b.mjml": '\n{% include "_partials/a.mjml" %}',
    }
    found = problems(column_letter('{% include "_partials/a.mjml" %}'), files)
    assert found[0].startswith('templates/_partials/b.mjml:2:1: "_partials/a.mjml" is part of itself')


def test_text_outside_of_blocks_is_told() -> None:
    layout = "<mjml><mj-body>{% block a %}{% endblock %}</mj-body></mjml>"
    mjml = HEAD + '{% extends "_layouts/a.mjml" %}\nlost {% block a %}{% endblock %}'
    found = problems(mjml, {"_layouts/a.mjml": layout})
    assert found == [f"{HERE}:5:1: this stands outside of every {{% block %}} and would not be shown."]


def test_each_locale_variant_is_checked() -> None:
    found = problems(text_letter("x"), {"welcome/hello.ar.mjml": text_letter("{{ contact.emial }}")})
    assert [line.split(":")[0] for line in found] == ["templates/welcome/hello.ar.mjml"]


def test_a_value_that_may_be_empty_is_a_warning() -> None:
    found = problems(text_letter("Dear {{ contact.first_name }}"))
    assert len(found) == 1
    assert found[0].startswith(f"{HERE}:4:53: warning: this fails for somebody without first name")


def test_two_halves_of_a_tag_in_two_branches_are_a_warning() -> None:
    found = problems(
        text_letter("{% if 1 %}<b>{% else %}<i>{% endif %}x{% if 1 %}</b>{% else %}</i>{% endif %}")
    )
    assert found
    assert all(": warning: " in line for line in found)


def test_an_enormous_file_is_refused() -> None:
    assert "a template has at most" in problems(text_letter("x" * 1_000_001))[0]


def test_a_letter_can_print_the_code_that_its_step_gives() -> None:
    mjml = text_letter("Use {{ coupon }} by Sunday")
    assert problems(mjml, step=Send(id="a", template="welcome/hello", coupon="spring")) == []
    assert [problem.split(";")[0] for problem in problems(mjml)] == [f"{HERE}:4:52: this value is empty"]
    assert problems(text_letter("{% if coupon %}Use {{ coupon }}{% endif %}")) == []


def test_a_letter_of_a_step_without_a_coupon_has_none() -> None:
    mjml = text_letter("{% if coupon %}Use {{ coupon }}{% else %}Nothing{% endif %}")
    assert "Nothing" in filled(mjml)[1]
    assert "Use A1" in filled(mjml, facts={"contact": {}, "coupon": "A1"})[1]
