"""Which key signs a mail: DKIM (RFC 6376), as the campaign files say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from penfriend.domain.problems import Place

PEM_BEGINS = "-----BEGIN "
"""How a key begins that is given as text; anything else names a file."""


@dataclass(frozen=True, slots=True)
class Dkim:
    """A key that signs mail. Its public half stands in the DNS at `selector._domainkey.domain`."""

    domain: str
    """In ASCII and small letters."""
    selector: str
    key: str = field(repr=False)
    """The private key: PEM text, or the path of a PEM file, from the folder of the campaign files."""
    place: Place | None = field(default=None, compare=False)
    """Where the key is named."""

    @property
    def file(self) -> str | None:
        """The path of the key's file; None where the key itself is given."""
        return None if self.key.startswith(PEM_BEGINS) else self.key

    @property
    def record(self) -> str:
        """The name under which the public key is looked up."""
        return f"{self.selector}._domainkey.{self.domain}"


def signs_for(known: Sequence[Dkim], sender: str) -> tuple[Dkim, ...]:
    """Those that sign mail from `sender`, a domain in ASCII: of the same domain, else of the nearest above
    it, else of the nearest below it. Several keys of that domain all sign. None where no domain fits.

    These are the ones that DMARC's relaxed alignment takes (RFC 7489 3.1.1).
    """
    fitting = {one.domain: _distance(one.domain, sender.lower()) for one in known}
    nearest = min(
        ((distance, domain) for domain, distance in fitting.items() if distance is not None), default=None
    )
    return tuple(one for one in known if nearest is not None and one.domain == nearest[1])


def _distance(domain: str, sender: str) -> tuple[bool, int] | None:
    """How far a key's domain is from the sender's; what lies below comes after all that lie above."""
    if sender == domain or sender.endswith(f".{domain}"):
        return False, sender.count(".") - domain.count(".")
    if domain.endswith(f".{sender}"):
        return True, domain.count(".") - sender.count(".")
    return None
