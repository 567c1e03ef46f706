"""The JSON Schema: valid, described, and of one mind with the loader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from penfriend.cli.schema import schema_text
from penfriend.domain.campaign_test import Expectation
from penfriend.domain.fields import FIELDS
from penfriend.language import keys, section_keys, step_keys
from penfriend.language.comparisons import GROUPS, TESTS
from penfriend.language.given import CONTACT_KEYS, SCORES
from penfriend.language.schema import json_schema
from penfriend.language.shapes import Table
from tests.unit.language.support import HEAD, SAMPLE, as_editors_see
from tests.unit.language.test_broken_files import CASES

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
TABLES = [
    *(value for value in vars(keys).values() if isinstance(value, Table)),
    *(value for value in vars(section_keys).values() if isinstance(value, Table)),
    *(value for value in vars(step_keys).values() if isinstance(value, Table)),
    *step_keys.STEP_KINDS.values(),
]

BEYOND = {"yaml", "tag", "duplicate", "alias", "second", "key", "env", "whole", "indentation"}
"""The first words of those cases that are no matter of a schema: how YAML is written, whole files."""
FOR_VALIDATE_ALONE = {
    *("exit_nearly", "goal_of_nothing", "results_of_nothing"),
    *("policy_window_equal", "duration_huge", "policy_when_message", "data_builtin", "data_mail"),
    *("segment_self", "segment_circle", "segment_unknown", "segments_too_deep", "field_attribute"),
    *("field_topic", "field_campaign", "field_event", "field_mail", "field_message"),
    *("field_survey_own", "field_event_here", "test_choice", "test_zone", "test_entry"),
    *("test_moment_of_text", "test_date_field_moment_field", "test_moment_field_date_field"),
    *("test_number_field_text", "test_date_impossible", "where_unknown", "where_event_property"),
    *("where_full_name", "where_segment", "campaign_no_topic", "campaign_empty_steps"),
    *("campaign_topic_unknown", "campaign_backfill_event", "trigger_segment_unknown"),
    *("trigger_event_unknown", "trigger_key_unknown", "trigger_if_message"),
    *("event_field_of_segment", "goal_without", "goal_if", "goal_match", "goal_match_types"),
    *("left_segment", "exit_unknown", "send_template", "send_survey", "send_twice", "id_twice"),
    *("wait_past", "wait_text_field", "branch_else_first", "branch_else_twice", "message_step"),
    *("survey_locale", "transactional_policy", "narrow_where_points"),
    *("segment_key_orders", "segment_key_unknown", "segment_key_list", "segment_of_events"),
    *("field_waited", "waited_for_nothing"),
    *("trigger_date_field", "trigger_date_text", "trigger_schedule_zone", "trigger_schedule_impossible"),
    *("trigger_cron_hour", "trigger_cron_never", "trigger_cron_often", "trigger_cron_minutes"),
    *("test_campaign", "test_twice", "test_event_unknown", "test_event_own", "test_event_attributes"),
    *("test_expect_step", "test_expect_reason", "test_expect_key_for_a_reason"),
    *("test_holdout", "test_take", "test_take_arm"),
    "trigger_mail_sent",
    *("trigger_schedule_segment", "trigger_schedule_event_field", "backfill_schedule", "left_segment_date"),
    *("policy_holdout_much", "holdout_goalless", "campaign_brand", "campaign_transport"),
    *("split_empty", "split_much", "split_little", "split_names"),
    *("split_ids", "winner_goal", "winner_one", "winner_mailless"),
    *("update_undeclared", "update_type", "update_moment", "update_topic"),
    *("webhook_unknown", "coupon_unknown", "survey_options_twice", "survey_options_locale"),
    *(
        "rate_own",
        "webhook_inside",
        "webhook_secret_base64",
        "transport_default",
        "transport_without_url",
        "transport_domain_twice",
        "transport_warm_up_over",
        "transport_fallback",
        "transport_fallback_circle",
        "outgoing_on_empty",
    ),
    "utm_source",
    *("dkim_twice", "dkim_key_in_the_file"),
    *("was_segment", "was_coupon", "was_campaign", "was_step"),
}
"""Cases whose shape is right: only who knows the whole file, or the clock, sees what is wrong."""


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_has_a_definition() -> None:
    definitions = SCHEMA["$defs"]
    assert isinstance(definitions, dict)
    found = set(re.findall(r"'#/\$defs/(\w+)'", str(SCHEMA)))
    assert found <= definitions.keys()
    assert definitions.keys() <= found


def properties(schema: object) -> Iterator[tuple[str, object]]:
    if isinstance(schema, dict):
        named = schema.get("properties", {})
        yield from named.items() if isinstance(named, dict) else ()
        for part in schema.values():
            yield from properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from properties(part)


def test_every_key_has_a_description() -> None:
    found = list(properties(SCHEMA))
    assert len(found) > 100
    assert [
        name for name, schema in found if not (isinstance(schema, dict) and schema.get("description"))
    ] == []


def test_the_schema_has_every_key_of_the_tables_and_no_other() -> None:
    supported = {name for table in TABLES for name in table.keys}
    fields = {f"{group}.{key}" for group, known in FIELDS.items() for key in known} | {"waited"}
    found = {name for name, _ in properties(SCHEMA)}
    assert supported <= found
    fields |= {*CONTACT_KEYS, *SCORES, *(word.value for word in Expectation)}  # of tests
    assert found - supported - fields - TESTS.keys() - GROUPS.keys() == set()


def test_the_sample_is_valid() -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_see(SAMPLE))] == []


def test_the_schema_beside_the_sample_is_in_step() -> None:
    written = Path("campaigns.schema.json").read_text("utf-8")
    assert written == schema_text(), "write it anew: penfriend schema > campaigns.schema.json"
    assert (
        Path("campaigns.yaml")
        .read_text("utf-8")
        .startswith("# yaml-language-server: $schema=campaigns.schema.json\n")
    )


@pytest.mark.parametrize("path", [Path("campaigns.yaml"), *sorted(Path("campaigns").glob("*.yaml"))], ids=str)
def test_the_repositorys_campaigns_are_valid(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_see(text))] == []


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_a_broken_shape_is_seen_by_the_editor_too(name: str, text: str, expected: str) -> None:
    if name.split("_", maxsplit=1)[0] in BEYOND:
        return
    valid = VALIDATOR.is_valid(as_editors_see(HEAD + text))
    assert valid == (name in FOR_VALIDATE_ALONE)


def test_most_broken_files_fail_the_schema() -> None:
    of_shape = [case for case in CASES if str(case.id).split("_")[0] not in BEYOND]
    assert len(of_shape) - len(FOR_VALIDATE_ALONE) > len(of_shape) / 2
