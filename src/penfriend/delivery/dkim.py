"""DKIM signatures over finished mails (RFC 6376), relaxed in head and body.

A signature has no t= and no x=: it is a function of the mail and the key, so that a copy of a mail has the
bytes of the first.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from penfriend.delivery.dkim_keys import SigningKey

SIGNED = (
    b"from",
    b"reply-to",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
"""The fields under the signature, where the mail has them. `From` is named once more than it stands there, so
that nobody can add another (RFC 6376 8.15)."""

_FOLDED = re.compile(rb"\r\n(?=[ \t])")
_SPACES = re.compile(rb"[ \t]+")
_FOLDS = re.compile(rb" (?=(?:d|h|bh|b)=)|(?<=:) ")
"""The spaces of a signature's value at which a line begins."""
_NAMES = 6
"""So many names of fields stand on one line."""
_LINE = 72
"""Characters of base64 on one line."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One key, and where its public half is found."""

    domain: str
    selector: str
    key: SigningKey


def signed(content: bytes, signers: Sequence[Signer]) -> bytes:
    """The mail with a DKIM-Signature of each in front. `content` is as in `Email.content`."""
    head, _, body = content.partition(b"\r\n\r\n")
    fields = canonical_fields(head)
    digest = b64encode(hashlib.sha256(canonical_body(body)).digest())
    names = [name for name in SIGNED if name in fields]
    covered = b"".join(fields[name] + b"\r\n" for name in names)
    listed = b": ".join(b":".join(names[at : at + _NAMES]) for at in range(0, len(names), _NAMES)) + b":from"
    return b"".join((*(_signature(one, covered, listed, digest) for one in signers), content))


def _signature(signer: Signer, covered: bytes, listed: bytes, digest: bytes) -> bytes:
    words = f"v=1; a={signer.key.algorithm}; c=relaxed/relaxed; d={signer.domain}; s={signer.selector};"
    value = words.encode("ascii") + b" h=" + listed + b"; bh=" + digest + b"; b="
    # RFC 6376 3.7: the signature's own field comes last, its b= empty, without a line end
    raw = b64encode(signer.key.sign(covered + b"dkim-signature:" + value))
    lines = b"\r\n ".join(raw[at : at + _LINE] for at in range(0, len(raw), _LINE))
    folded = _FOLDS.sub(lambda space: b"\r\n" + space[0], value)
    return b"DKIM-Signature: " + folded + lines + b"\r\n"


def canonical_fields(head: bytes) -> dict[bytes, bytes]:
    """The fields of a head by name, relaxed (RFC 6376 3.4.2); of several with one name the last, which is the
    one that is signed (5.4.2)."""
    fields = {}
    for line in _FOLDED.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        known = name.rstrip(b" \t").lower()
        fields[known] = known + b":" + _SPACES.sub(b" ", value).strip(b" \t")
    return fields


def canonical_body(body: bytes) -> bytes:
    """A body, relaxed (RFC 6376 3.4.4): spaces at the ends of lines and empty lines at the end do not count,
    runs of spaces are one."""
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    body = _single_spaced(body).replace(b" \r\n", b"\r\n").removesuffix(b" ").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def _single_spaced(body: bytes) -> bytes:
    """Each run of spaces as one. A regex would stop at each single one, and take twenty times as long where
    most are single."""
    pieces: list[bytes] = []
    begun = 0
    while (at := body.find(b"  ", begun)) >= 0:
        pieces.append(body[begun : at + 1])
        begun = at + 2
        while body.startswith(b" ", begun):
            begun += 1
    return b"".join((*pieces, body[begun:])) if pieces else body


def sender_domain(content: bytes) -> str:
    """The domain of the From address in small letters; empty where there is none."""
    head, _, _ = content.partition(b"\r\n\r\n")
    value = canonical_fields(head).get(b"from", b"")
    address = value.rpartition(b"<")[2].rstrip(b"> \t")
    return address.rpartition(b"@")[2].decode("ascii", "replace").lower() if b"@" in address else ""
