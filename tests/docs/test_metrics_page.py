"""The table of metrics names each of them with its labels, and none else; alerts ask for nothing that is not
there, and lead to a section of the page."""

from __future__ import annotations

import re
from typing import Any

import yaml

from penfriend.web.metric_families import FAMILIES
from tests.docs.pages import ROOT, page, words_of

OPERATIONS = "docs/operations.md"
ALERTS = ROOT / "deploy" / "prometheus-alerts.yml"
_METRIC = re.compile(r"\bpenfriend_[a-z_]+")


def table() -> dict[str, tuple[str, ...]]:
    """By metric its labels, as the page has them."""
    rows = page(OPERATIONS).whole.section("Metrics").rows
    return {words_of(row[0])[0]: tuple(words_of(row[1])) for row in rows if "`penfriend_" in row[0]}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_table_has_each_metric_with_its_labels_and_no_other() -> None:
    assert table() == {family.shown: family.labels for family in FAMILIES}


def test_alerts_ask_for_metrics_that_are_there() -> None:
    for rule in rules():
        for metric in _METRIC.findall(rule["expr"]):
            assert metric in table(), rule["alert"]
            labels = set(re.findall(r"(\w+)=\"", rule["expr"])) if metric in rule["expr"] else set()
            grouped = re.findall(r"by \((\w+)\)", rule["expr"])
            assert labels | set(grouped) <= {*table()[metric], "job"}, rule["alert"]


def test_alert_on_a_transport_outlasts_the_tries_between_its_rests() -> None:
    rule = next(rule for rule in rules() if rule["alert"] == "PenfriendTransportRests")
    assert "max_over_time(penfriend_transport_resting[5m])" in rule["expr"]
    assert rule["for"] == "15m"  # longer than a rest: without the line above it would begin anew at each try


def test_alerts_lead_to_a_section_of_the_page() -> None:
    for rule in rules():
        assert rule["annotations"]["runbook"] in page(OPERATIONS).anchors, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
