"""The steps of a campaign: send, wait, branch, split, update, webhook, exit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from penfriend.domain.campaign import (
    Arm,
    Branch,
    CallWebhook,
    Exit,
    Send,
    Split,
    Step,
    Update,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.moments import FromNow
from penfriend.domain.problems import Place
from penfriend.domain.segment import Condition
from penfriend.domain.timing import Duration
from penfriend.language import step_keys
from penfriend.language.conditions import read_condition, read_if
from penfriend.language.happenings import read_happenings
from penfriend.language.nodes import Entry, MappingNode, Node, Scalar, Sequence, is_null, kind_of
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import Reading
from penfriend.language.scope import Scope
from penfriend.language.shapes import DURATION, LABEL, LINE, TEMPLATE, TIME
from penfriend.language.splits import read_shares, read_winner
from penfriend.language.step_ids import StepIds, name_of
from penfriend.language.updates import read_changes
from penfriend.language.values import Values
from penfriend.language.words import WordError, parse_moment


class _Common(TypedDict):
    """What every step has."""

    id: str
    only_if: Condition | None
    was: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Steps:
    """Reads the steps of one campaign."""

    reading: Reading
    scope: Scope
    ids: StepIds
    has_goal: bool = False

    def list(self, node: Node, what: str, above: str | None = None) -> tuple[Step, ...]:
        """A list of steps; `above` is the nearest step above it that has a name of its own."""
        steps: list[Step] = []
        for item in self.reading.items(node, what):
            step = self._step(item, above)
            if step is not None:
                steps.append(step)
            name = name_of(item) if isinstance(item, MappingNode) else None
            above = above if name is None else name.text
        return tuple(steps)

    def _step(self, node: Node, above: str | None) -> Step | None:
        if not isinstance(node, MappingNode):
            if isinstance(node, Scalar) and node.text == "exit":
                return Exit(id=self.ids.made("exit", above), place=node.place)
            self.reading.error(
                node,
                f"a step is a word with a value, such as send: welcome/hello, not {kind_of(node)}. {_WORDS}",
            )
            return None
        word = self._word(node)
        if word is None:
            return None
        found = self.reading.table(node, step_keys.STEP_KINDS[word.key.text])
        if word.key.text not in found:
            return None
        name = self.reading.word(found.get("id"), LABEL)
        inside = above if name is None else name
        if name is None and word.key.text != "send":
            name = self.ids.made(word.key.text, above)
        common: _Common = {
            "id": name or "",
            "only_if": read_if(found.get("only_if"), self.scope, self.reading),
            "was": self.ids.renames.read(found.get("was")),
            "place": word.key.place,
        }
        return self._kind(word, found, common, inside)

    def _kind(self, word: Entry, found: dict[str, Entry], common: _Common, above: str | None) -> Step | None:
        match word.key.text:
            case "send":
                return self._send(word, found, common)
            case "wait":
                return self._wait(word, common)
            case "branch":
                return self._branch(word, found, common, above)
            case "split":
                return self._split(word, found, common, above)
            case "update":
                changes = read_changes(word, self.scope, self.reading)
                return None if changes is None else Update(**common, attributes=changes[0], leave=changes[1])
            case "webhook":
                known = self.reading.names.webhooks
                webhook = self.reading.reference(word, "webhook", known, "webhooks")
                return None if webhook is None else CallWebhook(**common, webhook=webhook)
            case _:
                text = "" if is_null(word.value) else self.reading.word(word, LINE)
                return Exit(**common, word=text or "")

    def _word(self, node: MappingNode) -> Entry | None:
        """The entry that says what the step does."""
        words = [entry for key, entry in node.entries.items() if key in step_keys.STEP_KINDS]
        if len(words) > 1:
            both = " and ".join(quote(entry.key.text) for entry in words[:2])
            self.reading.error(words[1].key, f"{both} in one step. Make them two, each with a - of its own.")
            return None
        if words:
            return words[0]
        others = [entry for key, entry in node.entries.items() if key not in _OPTIONS]
        if others:
            key = others[0].key
            guess = self.reading.report.suggest(key.text, step_keys.STEP_KINDS)
            self.reading.error(key, f"unknown step {quote(key.text)}.{guess} {_WORDS}")
        else:
            self.reading.error(node, f"this step does nothing. {_WORDS}")
        return None

    def _send(self, word: Entry, found: dict[str, Entry], common: _Common) -> Send | None:
        template = self.reading.word(word, TEMPLATE)
        known = self.reading.names.templates
        if template is not None and known is not None and template not in known:
            guess = self.reading.report.suggest(template, known)
            self.reading.error(
                word.value,
                f"there is no template {quote(template)}.{guess} It would be templates/{template}.mjml.",
            )
        names = self.reading.names
        survey = self.reading.reference(found.get("survey"), "survey", names.surveys, "surveys")
        coupon = self.reading.reference(found.get("coupon"), "coupon", names.coupons, "coupons")
        subject = self.reading.word(found.get("subject"), LINE)
        if subject is not None:
            self.reading.written(found["subject"].value, subject)
        if template is None:
            return None
        common["id"] = common["id"] or template
        return Send(**common, template=template, survey=survey, subject=subject, coupon=coupon)

    def _wait(self, word: Entry, common: _Common) -> Step | None:
        if not isinstance(word.value, MappingNode):
            duration = self._duration(word)
            if duration is None:
                return None
            return WaitFor(**common, duration=duration)
        found = self.reading.table(word.value, step_keys.WAIT)
        if ("until" in found) == ("for" in found):
            if found.meant & {"until", "for"}:
                return None
            self.reading.error(word.value, 'a wait is a duration, or has either "until" or "for".')
            return None
        wrong, needs = ("at_most", "for") if "until" in found else ("at", "until")
        if wrong in found:
            self.reading.error(found[wrong].key, f"{quote(wrong)} goes with {quote(needs)}.")
        if "until" in found:
            return self._wait_until(found, common)
        at_most = self.reading.word(found.get("at_most"), DURATION)
        if found.lacks("at_most"):
            self.reading.error(
                found["for"].key, '"for" needs "at_most": how long to wait for it, such as at_most: 7 days.'
            )
        happenings = read_happenings(found["for"], self.scope, self.reading)
        if at_most is None or not happenings:
            return None
        return WaitHappening(**common, happenings=happenings, at_most=at_most)

    def _duration(self, word: Entry) -> Duration | None:
        """A duration; a moment in its place gets told about `until`."""
        if isinstance(word.value, Scalar) and _is_moment(word.value.text):
            self.reading.error(
                word.value, f"a moment stands behind until: wait: {{until: {word.value.text}}}."
            )
            return None
        return self.reading.word(word, DURATION)

    def _wait_until(self, found: dict[str, Entry], common: _Common) -> Step | None:
        at = self.reading.word(found.get("at"), TIME)
        until = Values(self.reading, self.scope).moment_or_date(found["until"].value, '"until"')
        if isinstance(until, FromNow) and until.sign < 0:
            self.reading.error(found["until"].value, "that moment is past when the wait begins.")
        if until is None:
            return None
        return WaitUntil(**common, until=until, at=at)

    def _branch(
        self, word: Entry, found: dict[str, Entry], common: _Common, above: str | None
    ) -> Branch | None:
        nodes = self.reading.items(word.value, '"branch"')
        if isinstance(word.value, Sequence) and not nodes:
            self.reading.error(word.value, "a branch needs an arm, such as {if: CONDITION, steps: [...]}.")
        arms = [self._arm(node, above, is_last=node is nodes[-1]) for node in nodes]
        beside = found.get("else")
        if beside is not None:
            if any(arm is not None and arm.condition is None for arm in arms):
                self.reading.error(beside.key, '"else" stands in this branch twice.')
            arms.append(Arm(None, self.list(beside.value, '"else"', above)))
        return Branch(**common, arms=tuple(arm for arm in arms if arm is not None))

    def _split(self, word: Entry, found: dict[str, Entry], common: _Common, above: str | None) -> Split:
        def read_steps(node: Node, what: str) -> tuple[Step, ...]:
            return self.list(node, what, above)

        arms = read_shares(word, "winner" in found, read_steps, self.reading)
        winner = read_winner(found.get("winner"), arms, self.has_goal, self.reading)
        return Split(**common, arms=arms, winner=winner)

    def _arm(self, node: Node, above: str | None, *, is_last: bool) -> Arm | None:
        found = self.reading.table(node, step_keys.ARM)
        if "else" in found:
            if len(found) > 1:
                self.reading.error(found["else"].key, '"else" is an entry of its own: - else: [...].')
            elif not is_last:
                self.reading.error(
                    found["else"].key,
                    '"else" is the last entry of a branch; what follows would never be taken.',
                )
            return Arm(None, self.list(found["else"].value, '"else"', above))
        missing = [key for key in ("if", "steps") if key not in found]
        lacking = [key for key in missing if found.lacks(key)]
        if lacking and isinstance(node, MappingNode):
            self.reading.error(node, f"an arm of a branch needs {listing(quote(key) for key in lacking)}.")
        if missing:
            return None
        condition = read_condition(found["if"].value, self.scope, self.reading)
        return Arm(condition, self.list(found["steps"].value, '"steps"', above))


_WORDS = f"A step is one of: {listing(step_keys.STEP_KINDS)}."
_OPTIONS = (
    frozenset(key for table in step_keys.STEP_KINDS.values() for key in table.keys)
    - step_keys.STEP_KINDS.keys()
)


def _is_moment(text: str) -> bool:
    try:
        parse_moment(text)
    except WordError:
        return text.startswith(("last ", "next ")) or " before " in text or " after " in text
    return True
