"""The public half of a DKIM key as it stands in the DNS (RFC 6376 3.6.1, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from penfriend.domain.names import tags_of


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """Of a private key."""

    kind: str
    """`rsa` or `ed25519`."""
    data: bytes
    """SubjectPublicKeyInfo of an RSA key, the 32 bytes of an Ed25519 one."""
    bare: bytes = b""
    """RSAPublicKey, as the RFC has it and hardly anybody publishes it; empty for Ed25519."""

    @property
    def record(self) -> str:
        """What to publish."""
        return f"v=DKIM1; k={self.kind}; p={base64.b64encode(self.data).decode()}"


def fault_of(records: tuple[str, ...], half: PublicHalf) -> str | None:
    """Why receivers cannot check our signatures by these TXT records, in a clause; None where they can."""
    if len(records) > 1:
        return f"there are {len(records)} records, and receivers may take any of them"
    tags = tags_of(records[0])
    if tags is None:
        return "the record is no list of tags"
    if tags.get("v", "DKIM1") != "DKIM1":
        return f"the record begins with v={tags['v']}, and it has to be v=DKIM1"
    if "p" not in tags:
        return "the record has no p="
    if not tags["p"]:
        return "the key is revoked (p= is empty)"
    return _fault_of_key(tags, half)


def _fault_of_key(tags: dict[str, str], half: PublicHalf) -> str | None:
    kind = tags.get("k", "rsa").lower()
    if kind != half.kind:
        return f"the record is for a key of the kind {kind}, and ours is {half.kind}"
    if "h" in tags and "sha256" not in tags["h"].lower().split(":"):
        return f"the record allows h={tags['h']}, and we sign with sha256"
    if not {"*", "email"} & set(tags.get("s", "*").lower().split(":")):
        return f"the record is for s={tags['s']}, not for mail"
    try:
        published = base64.b64decode(re.sub(r"\s", "", tags["p"]), validate=True)
    except (binascii.Error, ValueError):
        return "p= is no base64"
    if published not in (half.data, half.bare):
        return "the record has another key than the one that signs here"
    return None


def is_testing(records: tuple[str, ...]) -> bool:
    """Whether the record asks receivers to treat the mail as if it were not signed (t=y)."""
    tags = tags_of(records[0]) or {}
    return "y" in tags.get("t", "").lower().split(":")
