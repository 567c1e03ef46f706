"""What a refusal says of the address: dead, back for a while, or about us."""

from __future__ import annotations

import re
from collections.abc import Sequence

from penfriend.delivery.reports.fields import ADDRESS
from penfriend.delivery.reports.phrases import BOILERPLATE, SURE, WEAK, Says
from penfriend.delivery.reports.words_of_death import DISABLED
from penfriend.domain.feedback import Kind
from penfriend.domain.retry import DEAD_ADDRESS_CODES

MAX_JUDGED = 4_000
"""Characters of a text in which phrases are looked for."""
_AT_RCPT = re.compile(
    r"(?:to|after|following|at|for|our|command:?) (?:the )?rcpt\b|>>> ?rcpt\b|[\[(]rcpt|"
    r"does not like (?:the )?recipient|smtp;rcpt|recipient command|rejected recipient|\(state 1[34]\)"
)
"""The answer was to RCPT TO: the server had not yet seen the mail, and spoke of the address."""
_NAMED = re.compile(r"\b55[013]:? <?@>?: (?:user unknown|unknown user|no such user)")
"""The answer begins with the address that it does not know."""
_UNKNOWN_BEHIND = "5.1.351"
"""Exchange Online: the server behind it has said so."""
_AFTER_DATA = re.compile(
    r"(?:after|to|following|at|for) (?:the )?(?:end of )?data\b|end of data|>>> ?data\b|\[data|"
    r"command:? data|data command"
)
"""The mail had been sent when the answer came."""
_AT_MAIL = re.compile(r"(?:to|after|following) (?:the )?mail from|>>> ?mail from|\[mail(?:_from)?\]")
"""The answer was to MAIL FROM: it spoke of the sender."""
_OF_THE_SENDER = frozenset({"5.1.7", "5.1.8", "4.1.7", "4.1.8", "5.1.9"})
"""Bad sender's mailbox, bad sender's system (RFC 3463), and who may not send there."""
_TOO_SHORT = 8
"""Characters of an answer that says nothing; then what stands around it is asked."""
_OF_RCPT = (551, 553)
"""Reply codes that DATA does not have (RFC 5321 4.3.2)."""
_SUBJECT = re.compile(
    r"(?im)^[ \t>]{0,20}(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|件名) ?:.*$"
)
"""The subject of the mail that is not delivered, which many reports quote."""
_ANSWER = re.compile(r"(?:^|(?<=[\s:;>\"'(\[]))[45][0-5]\d[ -](?:.|\n(?!\s*\n)){3,600}")


def answer_in(said: str) -> str:
    """The answer of a server in a text, from its code to the end of the paragraph; else empty."""
    found = _ANSWER.search(said[: 2 * MAX_JUDGED])
    return found.group() if found else ""


def kind_of(diagnostic: str, said: str, code: int | None, enhanced: str | None) -> Kind:
    """The kind of a refusal: `diagnostic` is what the other server answered, `said` what the report says
    around it. Words before codes, sure ones before weak ones; in doubt soft."""
    if enhanced in _OF_THE_SENDER:
        return Kind.BLOCKED
    around = plain(said)
    main = plain(diagnostic or answer_in(said)) or around
    dead_code = enhanced in DEAD_ADDRESS_CODES
    exact = dead_code or _is_ours(enhanced)
    says = _words(main, around if len(diagnostic) < _TOO_SHORT else main, exact=exact)
    if not diagnostic and _AT_MAIL.search(around) and not _AT_RCPT.search(around):
        says = Says.US
    if says in (Says.US, Says.PASSING):
        return Kind.BLOCKED if says is Says.US else Kind.SOFT_BOUNCED
    if says is Says.UNKNOWN and not dead_code:
        known = DISABLED.search(around) is None and _was_at_rcpt(main, around, code, enhanced)
        says = Says.GONE if known else Says.PASSING
    if (says is Says.GONE or dead_code) and not _is_passing(code, enhanced):
        return Kind.BOUNCED
    return Kind.BLOCKED if says is None and _is_ours(enhanced) else Kind.SOFT_BOUNCED


def has_words(text: str) -> bool:
    """Whether a text says anything that is known."""
    return _first(SURE, plain(text)) is not None


def _words(main: str, around: str, *, exact: bool) -> Says | None:
    """What the words say: the answer's, and where it says nothing known those around it. A code that is
    `exact` is worth more than those, and than weak ones."""
    says = _first(SURE, main)
    if says is not None or exact:
        return says
    return _first(SURE, around) or _first(WEAK, main) or _first(WEAK, around)


def _is_ours(enhanced: str | None) -> bool:
    """X.7.x: security and policy."""
    return enhanced is not None and enhanced[1:].startswith(".7.")


def _was_at_rcpt(main: str, around: str, code: int | None, enhanced: str | None) -> bool:
    """Whether a name was called unknown before the mail was seen."""
    if _AFTER_DATA.search(around):
        return False
    certain = code in _OF_RCPT or enhanced == _UNKNOWN_BEHIND
    return certain or bool(_NAMED.search(main) or _AT_RCPT.search(f"{main} {around}"))


def plain(text: str) -> str:
    """A text as phrases are looked for in it: lower case, one line, every address as `@`."""
    named = (
        ADDRESS.sub("@", _SUBJECT.sub("", text[: 2 * MAX_JUDGED]))
        .lower()
        .replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
    return BOILERPLATE.sub(" ", " ".join(named.split())[:MAX_JUDGED])


def _first(table: Sequence[tuple[Says, re.Pattern[str]]], text: str) -> Says | None:
    return next((says for says, phrases in table if text and phrases.search(text)), None)


def _is_passing(code: int | None, enhanced: str | None) -> bool:
    return (enhanced or "").startswith("4.") or (enhanced is None and code is not None and code < 500)
