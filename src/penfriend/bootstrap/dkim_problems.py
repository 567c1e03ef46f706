"""What is wrong with the keys that sign mail, and with whom they sign for."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path

from penfriend.delivery import GOOD_RSA, KeyUnusable, load_key, read_pem
from penfriend.domain.definitions import Definitions
from penfriend.domain.dkim import Dkim, signs_for
from penfriend.domain.problems import Place, Problem


def dkim_problems(definitions: Definitions, folder: Path) -> list[Problem]:
    """Keys that cannot sign are errors; weak ones, senders that nothing signs for and keys that sign for
    nobody are warnings."""
    if not definitions.dkim:
        return []
    keys = (_of_key(dkim, folder) for dkim in definitions.dkim)
    return [*(problem for problem in keys if problem is not None), *_of_senders(definitions)]


def _of_key(dkim: Dkim, folder: Path) -> Problem | None:
    try:
        key = load_key(read_pem(dkim, folder))
    except KeyUnusable as error:
        return Problem(_place(dkim), f"this key cannot sign: {error}.")
    if key.bits is not None and key.bits < GOOD_RSA:
        text = f"this RSA key has {key.bits} bits, and some receivers trust none under {GOOD_RSA}."
        return Problem(_place(dkim), text, level="warning")
    return None


def _of_senders(definitions: Definitions) -> Iterator[Problem]:
    known = definitions.dkim
    unused = set(known)
    for brand in (definitions.brand, *definitions.brands.values()):
        address = parseaddr(brand.sender)[1]
        if "@" not in address:
            continue
        signers = signs_for(known, _ascii(address.rpartition("@")[2]))
        unused.difference_update(signers)
        if not signers:
            domains = ", ".join(dict.fromkeys(dkim.domain for dkim in known))
            text = f"mail from {address} leaves unsigned: its domain is neither that of a key ({domains}) nor"
            yield Problem(_place(known[0]), f"{text} above or below it.", level="warning")
    if len(unused) < len(known):  # else it was said of the senders
        for dkim in sorted(unused, key=_place):
            text = f"no mail is from {dkim.domain}: {dkim.record} signs nothing."
            yield Problem(_place(dkim), text, level="warning")


def _ascii(domain: str) -> str:
    """As the header has it; what cannot be is a problem of the sender's own."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.lower()


def _place(dkim: Dkim) -> Place:
    return dkim.place or Place(dkim.record)
