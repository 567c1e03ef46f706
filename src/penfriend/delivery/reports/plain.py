"""Refusals without fields for programs: whom they name, and what they say of each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from penfriend.delivery.reports.fields import ADDRESS
from penfriend.delivery.reports.heuristics import failed_addresses
from penfriend.delivery.reports.notice import Notice

MAX_NAMED = 50
"""Addresses of one mail."""
_NO_PERSON = re.compile(r"(?i)^(?:mailer-daemon|postmaster|abuse|no-?reply)@|@.*\d{6}.*@|^[0-9a-f.]{20,}@")
_ANSWERED = re.compile(
    r"(?m)^[^\S\n]*(?:[45]\d\d[ -](?:[45]\.\d+\.\d+ )?)?"
    r"<?([^\s<>@]{1,64}@[^\s<>@:]{1,255}?)>?(?:\.\.\.|:)[^\S\n]"
)
"""`<address>... reason` and `address: reason`, at the beginning of a line, behind a code or not."""
_CONTACT = re.compile(
    r"(?:contact|generated from|assistance|questions?|help|report(?: it| this)? to|e-?mail us|write to|"
    r"mailto:|message-id: ?|postmaster|(?:^|\n)\s*(?:from|sender|reply-to|mail from|return-path): ?)"
    r"[^a-z@]{0,4}(?:[a-z]{1,20}[^a-z@]{1,3}){0,2}<?$"
)
_TO = re.compile(r"(?im)^[^\S\n>]*to:[^\S\n]*(.{3,300}?)$")


def named(notice: Notice) -> list[str]:
    """The addresses that were not reached, in the order of the text."""
    found = _addresses(", ".join(notice.mail.all_of("X-Failed-Recipients")))
    found = found or _claimed(notice) or _guessed(notice)
    place = notice.said.lower()
    at = {one: place.find(one.lower()) for one in found}
    return sorted(found, key=lambda one: (at[one] < 0, at[one]))[:MAX_NAMED]


def _claimed(notice: Notice) -> list[str]:
    """Those that stand where mail systems name who was not reached."""
    raw = notice.mail.head + b"\n\n" + notice.mail.raw
    found = [one for one in failed_addresses(raw) if ADDRESS.fullmatch(one)]
    found += [one for one in _addresses("\n".join(_ANSWERED.findall(notice.said))) if one not in found]
    said = [one for one in found if one.lower() in notice.said.lower()] or found
    return [one for one in said if not _is_for_contact(one, notice)] or said


def _guessed(notice: Notice) -> list[str]:
    """Whom the returned mail was to, where the text names them; else the first that it names."""
    ours = {one.lower() for one in _addresses(", ".join(_own(notice)))}
    said = [one for one in _addresses(notice.said) if one.lower() not in ours]
    to = _TO.search(notice.original)
    written_to = _addresses(to.group(1)) if to else []
    both = [one for one in written_to if one.lower() in {other.lower() for other in said}]
    return both or said[:1] or written_to[:1]


def _is_for_contact(address: str, notice: Notice) -> bool:
    """Whether it is named only as somebody to ask, or is part of a Message-ID."""
    said = notice.said.lower()
    places = [found.start() for found in re.finditer(re.escape(address.lower()), said)]
    before = [said[max(0, place - 60) : place] for place in places[:20]]
    return bool(before) and all(_CONTACT.search(text) for text in before)


def _own(notice: Notice) -> Iterable[str]:
    mail = notice.mail
    for name in ("To", "From", "Delivered-To", "X-Original-To", "Return-Path", "Reply-To", "Envelope-To"):
        yield from mail.all_of(name)


def _addresses(text: str) -> list[str]:
    found = (one.group().strip(".'\"") for one in ADDRESS.finditer(text))
    return list(dict.fromkeys(one for one in found if not _NO_PERSON.search(one)))


def about(address: str | None, others: list[str], said: str) -> str:
    """What a text says of one address: from where it is named to where the next is."""
    if address is None or len(others) < 2:
        return said
    lower = said.lower()
    lines = re.findall(rf"(?im)^[^\S\n]*(?:[45]\d\d )?<{re.escape(address)}>\.\.\..*$", said)
    if lines:  # Sendmail: a line for each, between those of the session
        return "\n".join(lines)
    start = lower.find(address.lower())
    if start < 0:
        return said
    ends = (lower.find(other.lower(), start + len(address)) for other in others if other and other != address)
    return said[start : min((end for end in ends if end > 0), default=len(said))]
