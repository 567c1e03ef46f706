"""A letter looked at before anybody gets it: which one is asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

CLIPPED_AT = 102 * 1024
"""Bytes of HTML behind which Gmail cuts a mail off and hides the rest behind a link."""
MOST_PEOPLE = 50
"""So many contacts are offered at once."""


@dataclass(frozen=True, slots=True)
class SentBy:
    """A step that sends a letter."""

    template: str
    campaign: str
    step: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see. What is empty is chosen for them."""

    template: str
    campaign: str = ""
    step: str = ""
    """As this step of this campaign sends it; else as the first that does."""
    person: str = ""
    """The name of a sample person; the ordinary one where no contact is named either."""
    contact: str = ""
    """The shop's id or the address of somebody in the store."""
    locale: str = ""
    """Another language than the person's own."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A contact of the store who can be chosen."""

    who: str
    """The shop's id, or the address where there is none."""
    name: str
    address: str

    @property
    def title(self) -> str:
        """Name and address, as a person chooses by them."""
        return ", ".join(part for part in (self.name, self.address) if part)


@dataclass(frozen=True, slots=True)
class Preview:
    """A finished letter that was not sent. Its links lead nowhere: their tokens are signed with a key that no
    service has, and are about nobody."""

    by: SentBy
    who: str
    """Whose letter it is, as a person reads it."""
    locale: str
    """The language that it is in, such as ar-EG."""
    sender: str
    """The name that mail programs show."""
    subject: str
    preview_text: str
    """What mail programs show beside the subject."""
    html: str
    text: str
    content: bytes
    """The whole message, as it would be handed over."""
    notes: tuple[str, ...] = ()
    """What is not as it would be, and what to know of it."""

    @property
    def html_size(self) -> int:
        """Bytes of the HTML."""
        return len(self.html.encode())

    @property
    def text_size(self) -> int:
        """Bytes of the plain text."""
        return len(self.text.encode())

    @property
    def size(self) -> int:
        """Bytes of the whole message."""
        return len(self.content)

    @property
    def raw(self) -> str:
        """The whole message for a person to read."""
        return self.content.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def is_clipped(self) -> bool:
        """Whether Gmail would cut it off."""
        return self.html_size > CLIPPED_AT


@dataclass(frozen=True, slots=True)
class Standing:
    """How the files that are looked at stand to what is live."""

    revision: int
    """The live revision; 0 for none."""
    is_live: bool
    """The files are what is live."""
