"""Conditions: from fields with tests, lists and groups to the tree of `penfriend.domain.segment`.

What cannot be read becomes a condition that never holds, beside its problem in the report: nothing broken
ever makes an audience wider.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from penfriend.domain.fields import Field
from penfriend.domain.moments import MomentExpr
from penfriend.domain.segment import All, AnyOf, Condition, InSegment, Narrow, Not, Op, Test, walk
from penfriend.language.comparisons import FITS, GROUPS, NARROWERS, TESTS, TYPE_NAMES, comparable, words_for
from penfriend.language.field_names import resolve, resolve_own
from penfriend.language.nodes import Entry, MappingNode, Node, Sequence, is_null, kind_of
from penfriend.language.quoting import listing, quote
from penfriend.language.reading import AlreadyReportedError, Reading
from penfriend.language.scope import Own, Scope
from penfriend.language.untracked import heed_field
from penfriend.language.values import Values
from penfriend.language.words import WordError

NEVER = AnyOf(())
"""Stands where a condition could not be read."""

MAX_TESTS = 300
"""SQLite takes an expression of at most 1,000 levels, and a long row of tests is as deep as it is long."""

Pairs = tuple[tuple[Field, Field], ...]


def read_condition(node: Node, scope: Scope, reading: Reading) -> Condition:
    """The condition that a mapping or list says, in `scope`."""
    condition = _Conditions(reading, scope).condition(node)
    if sum(1 for _ in walk(condition)) > MAX_TESTS:
        reading.error(
            node, f"a condition holds at most {MAX_TESTS} tests. For one of many values write in: [...]."
        )
    return condition


def read_if(entry: Entry | None, scope: Scope, reading: Reading) -> Condition | None:
    """The condition of a key that may not be there."""
    return None if entry is None else read_condition(entry.value, scope, reading)


def read_where(entry: Entry | None, own: Own, scope: Scope, reading: Reading) -> Condition | None:
    """The condition of a `where` on the own names of rows."""
    return read_if(entry, replace(scope, own=own), reading)


def read_match(entry: Entry | None, own: Own, scope: Scope, reading: Reading) -> Pairs:
    """The pairs of a `match`: {cart_id: cart.id}."""
    if entry is None:
        return ()
    if not isinstance(entry.value, MappingNode) or not entry.value.entries:
        reading.error(
            entry.value, '"match" wants pairs of an own name and a field, such as {cart_id: cart.id}.'
        )
        return ()
    pairs = (_pair(part, own, scope, reading) for part in entry.value.entries.values())
    return tuple(pair for pair in pairs if pair is not None)


def _pair(entry: Entry, own: Own, scope: Scope, reading: Reading) -> tuple[Field, Field] | None:
    try:
        mine = resolve_own(entry.key.text, own, reading)
    except AlreadyReportedError:
        return None
    except WordError as error:
        reading.error(entry.key, str(error))
        return None
    other = Values(reading, scope).field(entry.value, quote(entry.key.text))
    if other is None:
        return None
    if not comparable(mine.type, other.type):
        reading.error(
            entry.value,
            f"{quote(mine.name)} is {TYPE_NAMES[mine.type]} and {quote(other.name)} {TYPE_NAMES[other.type]};"
            " they are never equal.",
        )
        return None
    return mine, other


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Reads conditions in one scope."""

    reading: Reading
    scope: Scope

    def condition(self, node: Node) -> Condition:
        """A mapping or list; everything in it must hold."""
        if isinstance(node, MappingNode) and node.entries:
            return _all([self._entry(entry) for entry in node.entries.values()])
        if isinstance(node, Sequence) and node.items:
            return _all([self.condition(item) for item in node.items])
        empty = is_null(node) or not isinstance(node, MappingNode | Sequence)
        found = kind_of(node) if empty else f"an empty {kind_of(node).split()[-1]}"
        self.reading.error(
            node, f"a condition is a field with a test, such as {{contact.country: TR}}, not {found}."
        )
        return NEVER

    def _entry(self, entry: Entry) -> Condition:
        match entry.key.text:
            case "all":
                return All(self._parts(entry))
            case "any":
                return AnyOf(self._parts(entry))
            case "not":
                return Not(self.condition(entry.value))
            case "segment":
                return self._segment(entry)
            case _:
                return self._test(entry)

    def _parts(self, entry: Entry) -> tuple[Condition, ...]:
        if not isinstance(entry.value, Sequence) or not entry.value.items:
            self.reading.error(
                entry.value,
                f"{quote(entry.key.text)} wants a list of conditions, such as {entry.key.text}: [{{...}},"
                " {...}].",
            )
            return (NEVER,)
        return tuple(self.condition(item) for item in entry.value.items)

    def _segment(self, entry: Entry) -> Condition:
        if self.scope.own is not None:
            self.reading.error(entry.key, '"segment" cannot stand inside a where: it is about the contact.')
            return NEVER
        name = self.reading.reference(entry, "segment", self.reading.names.segments, "segments")
        return NEVER if name is None else InSegment(name)

    def _test(self, entry: Entry) -> Condition:
        own = self.scope.own
        try:
            name = entry.key.text
            field = (
                resolve(name, self.scope, self.reading)
                if own is None
                else resolve_own(name, own, self.reading)
            )
        except AlreadyReportedError:
            return NEVER
        except WordError as error:
            self.reading.error(entry.key, self._maybe_group(entry, str(error)))
            return NEVER
        heed_field(field, entry.key, self.reading)
        if isinstance(entry.value, MappingNode):
            return self._tests(field, entry.value)
        return self._compare(field, Op.EQUAL, entry.value, entry.value, None)

    def _maybe_group(self, entry: Entry, text: str) -> str:
        """A word that is nearly `any` or a test gets that guess; the list of fields would not help."""
        if "." in entry.key.text or self.scope.own is not None:
            return text
        if entry.key.text in TESTS:
            return f"{quote(entry.key.text)} tests a field: {{contact.country: {{{entry.key.text}: ...}}}}."
        guess = self.reading.report.suggest(entry.key.text, GROUPS)
        return (
            text
            if not guess
            else f"unknown key {quote(entry.key.text)}.{guess} A condition has fields and: {listing(GROUPS)}."
        )

    def _tests(self, field: Field, node: MappingNode) -> Condition:
        entries = node.entries
        narrowing = {key: entry for key, entry in entries.items() if field.narrows and key in NARROWERS}
        narrow = self._narrow(field, narrowing) if narrowing else None
        tests = [
            self._one_test(field, entry, narrow) for key, entry in entries.items() if key not in narrowing
        ]
        if not tests:
            self._refuse_testless(field, node)
            return NEVER
        return _all(tests)

    def _refuse_testless(self, field: Field, node: MappingNode) -> None:
        text = f"{quote(field.name)} has no test. It takes: {listing(words_for(field))}."
        if node.entries:
            text = (
                f"{quote(field.name)} is only narrowed here. Say how many: at_least, at_most, more_than,"
                " less_than or in."
            )
        self.reading.error(node, text)

    def _one_test(self, field: Field, entry: Entry, narrow: Narrow | None) -> Condition:
        word = entry.key.text
        if word not in TESTS:
            self._refuse_word(field, entry)
            return NEVER
        return self._compare(field, Op(word), entry.value, entry.key, narrow)

    def _refuse_word(self, field: Field, entry: Entry) -> None:
        word = entry.key.text
        if word in NARROWERS:
            self._refuse_narrowing(field, entry)
            return
        guess = self.reading.report.suggest(word, TESTS)
        self.reading.error(
            entry.key,
            f"unknown test {quote(word)}.{guess} {quote(field.name)} takes: {listing(words_for(field))}.",
        )

    def _refuse_narrowing(self, field: Field, entry: Entry) -> None:
        self.reading.error(
            entry.key,
            f"{quote(entry.key.text)} narrows what is counted, and {quote(field.name)} counts nothing that"
            f" could be. It takes: {listing(words_for(field))}.",
        )

    def _compare(self, field: Field, op: Op, value: Node, at: Node, narrow: Narrow | None) -> Condition:
        if op not in FITS[field.type]:
            word = "a bare value" if op is Op.EQUAL else quote(op.value)
            self.reading.error(
                at,
                f"{word} does not go with {quote(field.name)}, which is {TYPE_NAMES[field.type]}. It takes:"
                f" {listing(words_for(field))}.",
            )
            return NEVER
        read = Values(self.reading, self.scope).of_test(field, op, value)
        return NEVER if read is None else Test(field, op, read, narrow)

    def _narrow(self, field: Field, entries: dict[str, Entry]) -> Narrow | None:
        values = Values(self.reading, self.scope)
        window = entries.get("within")
        own = self._rows(field)
        for word in ("where", "match"):
            if own is None and word in entries:
                self._refuse_own(field, entries[word])
        return Narrow(
            within=None if window is None else values.window(window.value, '"within"'),
            before=self._narrow_moment(field, entries.get("before"), values),
            after=self._narrow_moment(field, entries.get("after"), values),
            where=None if own is None else read_where(entries.get("where"), own, self.scope, self.reading),
            match=() if own is None else read_match(entries.get("match"), own, self.scope, self.reading),
        )

    def _narrow_moment(self, field: Field, entry: Entry | None, values: Values) -> MomentExpr | None:
        return None if entry is None else values.moment(entry.value, field, quote(entry.key.text))

    def _rows(self, field: Field) -> Own | None:
        """The rows that a narrowing field counts, where they have names of their own."""
        if field.group == "events":
            return Own("event", field.subject)
        return Own("order") if field.group == "orders" else None

    def _refuse_own(self, field: Field, entry: Entry) -> None:
        self.reading.error(
            entry.key,
            f"{quote(entry.key.text)} does not go with {quote(field.name)}: points have no names of their"
            " own. within, before and after do.",
        )


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))
