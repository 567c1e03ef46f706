"""Going through a parsed template finds what Jinja's own way finds."""

from __future__ import annotations

from jinja2 import Environment, nodes

from penfriend.rendering.parsed import every_node

TEMPLATE = """\
{% set q = {"a": a ~ (b ~ c), "d": [e, f(g, h=1)|default(i)]} %}
{% for x in q.a if x is defined %}{{ x[1:2].y }}{% else %}{{ z if w else v }}{% endfor %}
{% macro m(n=1) %}{{ n }}{% endmacro %}
{% call m() %}{{ o }}{% endcall %}{% filter upper %}{{ p }}{% endfilter %}
"""


def test_every_node_is_found_once_and_before_what_it_holds() -> None:
    tree = Environment(autoescape=True).parse(TEMPLATE)
    found = [id(node) for node in every_node(tree)]
    assert sorted(found) == sorted(map(id, [tree, *tree.find_all(nodes.Node)]))
    for node in every_node(tree):
        assert all(found.index(id(node)) < found.index(id(child)) for child in node.iter_child_nodes())
