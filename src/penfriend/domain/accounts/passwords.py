"""Which passwords are taken, by NIST SP 800-63B-4, 3.1.1.2.

Long, and nothing else: no rules of composition, no end after some months. Fifteen characters at least, for
the second factor may be off; each code point counts as one. The whole password, not a part of it, is held
against a list of what is commonly used or expected: that of COMMON, the name of the service and of the user,
and any of these said over and over.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

SHORTEST, LONGEST = 15, 256
"""In characters. The document asks that at least 64 be allowed."""
LONGEST_PATTERN = 4
"""What only repeats so few characters is expected, whatever they are."""
SERVICE = "penfriend"
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "qazwsxedcrfvtgbyhnujm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
)
"""Keys and letters in their order: a part of one of these, in either direction, is expected."""
_COMMON = """
123456 1234567 12345678 123456789 1234567890 password passw0rd p@ssw0rd password1 password123
passw0rd123 iloveyou princess sunshine football baseball basketball superman batman dragon monkey shadow
master michael jordan jennifer charlie letmein welcome welcome1 welcome123 trustno1 starwars whatever
freedom admin admin123 administrator root toor guest test testing changeme changeit default secret
secret123 qwerty qwerty123 qwertyuiop asdfgh asdfghjkl zxcvbnm 1q2w3e4r 1qaz2wsx abc123 abcd1234 a1b2c3
aa123456 zaq12wsx hello hello123 login marketing newsletter mailing summer winter spring autumn
summer2026 winter2026 spring2026 autumn2026 company office google facebook internet computer samsung
sifre sifre123 parola galatasaray fenerbahce besiktas istanbul turkiye haslo haslo123 polska
correcthorsebatterystaple correct-horse-battery-staple correcthorsebattery thequickbrownfox
thequickbrownfoxjumps thequickbrownfoxjumpsoverthelazydog iloveyousomuch iloveyouforever
passwordpassword passwordpassword1 password12345678 password123456789 password1234567890
mypasswordismypassword mypasswordispassword thisismypassword thisisapassword thisisthepassword
pleaseletmein letmeinplease letmeinletmein changemeplease ihatepasswords ihatethispassword
verysecurepassword supersecretpassword supersecurepassword notmypassword1 maytheforcebewithyou
tobeornottobe tobeornottobethatisthequestion onceuponatime theanswertolife areyoukiddingme
administrator1 administrator123 administratorpassword adminadminadmin adminpassword rootpassword
welcometothejungle welcometomylife liverpoolfc1892 manchesterunited realmadrid barcelona yellowsubmarine
livelaughlove neveragain loremipsumdolor loremipsumdolorsitamet
"""
COMMON = frozenset(_COMMON.split())
"""Folded as `folded` does it. Those under fifteen characters count where they are repeated."""


class PasswordFault(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"


def fault_of(password: str, *names: str) -> PasswordFault | None:
    """What is wrong with a new password of somebody who is called `names`; None where it is taken."""
    text = normal(password)
    if len(text) < SHORTEST:
        return PasswordFault.SHORT
    if len(text) > LONGEST:
        return PasswordFault.LONG
    return PasswordFault.COMMON if _is_expected(folded(text), names) else None


def normal(password: str) -> str:
    """The password as it is counted and hashed: NFKC, so that it is the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def folded(text: str) -> str:
    """How it is compared with the list: without regard to case and spaces."""
    return "".join(text.casefold().split())


def _is_expected(text: str, names: tuple[str, ...]) -> bool:
    known = COMMON | {folded(name) for name in (SERVICE, *names) if name}
    if text in known or any(text in run or text[::-1] in run for run in RUNS):
        return True
    return any(len(piece) <= LONGEST_PATTERN or piece in known for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """What the text is made of by repeating it, the last time perhaps cut short."""
    for length in range(1, len(text) // 2 + 1):
        if text[length:] == text[:-length]:
            yield text[:length]
