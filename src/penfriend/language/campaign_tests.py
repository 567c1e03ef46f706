"""The section `tests`: given a contact and events, what a campaign does to the minute."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from penfriend.domain.campaign import Campaign, EventHappening, Exit, Send, Split, walk_steps
from penfriend.domain.campaign_test import CampaignTest, Expectation, Expected
from penfriend.domain.moments import At
from penfriend.domain.reasons import End, Postponed, Skip
from penfriend.language import keys
from penfriend.language.given import read_contact, read_events
from penfriend.language.nodes import Entry, MappingNode, Node, Sequence, kind_of
from penfriend.language.quoting import quote
from penfriend.language.reading import Reading
from penfriend.language.shapes import LINE, WRITTEN, YES_NO

_REASONS: Mapping[Expectation, tuple[str, ...]] = {
    Expectation.SKIPPED: tuple(dict.fromkeys([*(skip.value for skip in Skip), *(end.value for end in End)])),
    Expectation.POSTPONED: tuple(reason.value for reason in Postponed),
    Expectation.EXIT: tuple(end.value for end in End),
}
_MEANT: Mapping[str, StrEnum] = {
    "only_if": Skip.CONDITION_FALSE,
    "max_lateness": Skip.TOO_LATE,
    "at_most": Postponed.FREQUENCY_CAP,
    "send_between": Postponed.OUTSIDE_WINDOW,
    "send_on": Postponed.OUTSIDE_WINDOW,
    "rate": Postponed.RATE_LIMIT,
    "coupon": Postponed.NO_COUPON,
    "active": Postponed.CAMPAIGN_PAUSED,
    "if": End.EXIT_CONDITION,
    "exit": End.EXIT_STEP,
}
"""Keys of the language that somebody may take for the reason that they lead to."""
_WORDS = tuple(word.value for word in Expectation)


def read_tests(
    node: Node | None, campaigns: Mapping[str, Campaign], reading: Reading
) -> tuple[CampaignTest, ...]:
    """All tests, in the order of the files; each has a name of its own."""
    tests: list[CampaignTest] = []
    names: dict[str, Node] = {}
    for item in reading.items(node, '"tests"'):
        test = _Tests(reading, campaigns).test(item, names)
        tests.extend([] if test is None else [test])
    return tuple(tests)


class _Tests:
    """Reads one test."""

    def __init__(self, reading: Reading, campaigns: Mapping[str, Campaign]) -> None:
        self._reading, self._campaigns = reading, campaigns
        self._campaign: Campaign | None = None
        self._sends: Collection[str] = ()

    def test(self, node: Node, names: dict[str, Node]) -> CampaignTest | None:
        """The test that a mapping says; `names` are those of the tests before it."""
        reading = self._reading
        found = reading.table(node, keys.TEST)
        name = self._name(found.get("name"), names)
        known = reading.names.campaigns
        campaign = reading.reference(found.get("campaign"), "campaign", known, "campaigns")
        self._campaign = self._campaigns.get(campaign or "")
        steps = () if self._campaign is None else tuple(walk_steps(self._campaign.steps))
        self._sends = [step.id for step in steps if isinstance(step, Send)]
        contact = read_contact(found.get("contact"), reading)
        events = read_events(found.get("events"), reading)
        expect = tuple(self._expect(found["expect"])) if "expect" in found else ()
        until = reading.word(found.get("until"), WRITTEN)
        holdout = self._holdout(found.get("holdout"))
        take = self._take(found.get("take"), {step.id: step for step in steps if isinstance(step, Split)})
        if name is None or campaign is None:
            return None
        return CampaignTest(name, campaign, contact, events, expect, until, holdout, take, node.place)

    def _name(self, entry: Entry | None, names: dict[str, Node]) -> str | None:
        name = self._reading.word(entry, LINE)
        if entry is None or name is None:
            return None
        first = names.setdefault(name, entry.value)
        if first is not entry.value:
            self._reading.error(entry.value, f"another test has this name, at {first.place}.")
        return name

    def _holdout(self, entry: Entry | None) -> bool:
        held = self._reading.word(entry, YES_NO) is True
        if held and entry is not None and self._campaign is not None and self._campaign.goal is None:
            name = quote(self._campaign.name)
            self._reading.error(entry.value, f"nobody is held out of {name}: it has no goal.")
        return held

    def _take(self, entry: Entry | None, splits: Mapping[str, Split]) -> dict[str, str]:
        taken: dict[str, str] = {}
        for part in () if entry is None else self._reading.pairs(entry.value, '"take"'):
            arm = self._reading.text(part.value, quote(part.key.text))
            if arm is None or self._campaign is None:
                continue
            split = splits.get(part.key.text)
            if split is None:
                self._reading.unknown(part.key, "split", part.key.text, splits, "The campaign has")
                continue
            names = [share.name for share in split.arms]
            if arm not in names:
                self._reading.unknown(part.value, "arm", arm, names, "The split has")
            taken[part.key.text] = arm
        return taken

    def _expect(self, entry: Entry) -> Iterator[Expected]:
        reading = self._reading
        for item in reading.items(entry.value, '"expect"'):
            if not isinstance(item, MappingNode):
                reading.error(item, f"{_EXPECTED}, not {kind_of(item)}.")
                continue
            for part in item.entries.values():
                at = reading.value(part.key, WRITTEN, "an expectation")
                nodes = part.value.items if isinstance(part.value, Sequence) else (part.value,)
                for node in nodes:
                    yield from self._lines(node, at)

    def _lines(self, node: Node, at: At | None) -> Iterator[Expected]:
        """What is expected at one moment: one line for each word, or for each step of a word."""
        if not isinstance(node, MappingNode):
            self._reading.error(node, f"{_EXPECTED}, not {kind_of(node)}.")
            return
        for entry in node.entries.values():
            if entry.key.text not in _WORDS:
                self._reading.unknown(entry.key, "expectation", entry.key.text, _WORDS, "It is one of")
                continue
            what = Expectation(entry.key.text)
            for step, reason in self._steps(what, entry):
                if at is not None:
                    yield Expected(at, what, step, reason, entry.key.place)

    def _steps(self, what: Expectation, entry: Entry) -> Iterator[tuple[str, str]]:
        """The step and the reason of each line that a word says."""
        value = entry.value
        if what is Expectation.EXIT:
            reason = self._reading.text(value, '"exit"')
            if reason is not None and self._is_reason(value, what, reason):
                yield "", reason
        elif isinstance(value, MappingNode) and what is not Expectation.SENT:
            for part in value.entries.values():
                reason = self._reading.text(part.value, quote(part.key.text))
                known = self._is_step(part.key, part.key.text)
                if reason is not None and self._is_reason(part.value, what, reason) and known:
                    yield part.key.text, reason
        else:
            for node in value.items if isinstance(value, Sequence) else (value,):
                step = self._reading.text(node, quote(what.value))
                if step is not None and self._is_step(node, step):
                    yield step, ""

    def _is_step(self, node: Node, step: str) -> bool:
        if self._campaign is None or step in self._sends:
            return True
        self._reading.unknown(node, "letter", step, self._sends, "The campaign's letters are")
        return False

    def _is_reason(self, node: Node, what: Expectation, reason: str) -> bool:
        if reason in _REASONS[what]:
            return True
        meant = self._meant(what, reason)
        if meant is None:
            self._reading.unknown(node, "reason", reason, _REASONS[what], "It is one of")
        else:
            self._reading.error(
                node, f"{quote(reason)} is no reason; what it leads to is called {quote(meant)}."
            )
        return False

    def _meant(self, what: Expectation, word: str) -> str | None:
        """The reason to which a key leads, or what the campaign's own exits say."""
        meant = _MEANT.get(word)
        if what is Expectation.EXIT and self._campaign is not None:
            if any(isinstance(step, Exit) and step.word == word for step in walk_steps(self._campaign.steps)):
                meant = End.EXIT_STEP
            elif any(isinstance(one, EventHappening) and one.event == word for one in self._campaign.exit_on):
                meant = End.EXIT_EVENT
        return meant.value if meant is not None and meant.value in _REASONS[what] else None


_EXPECTED = "what is expected stands behind its moment, such as 2026-03-02 10:00: {sent: welcome/hello}"
