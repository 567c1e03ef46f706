"""Signs what goes out: a transport around another.

The signature is made at the last moment, over the mail with all its fields. It is no part of what
`Email.digest` is of: a copy of a mail is known by what was made for the person, and is signed like the first,
by the keys of now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from penfriend.delivery.dkim import Signer, sender_domain, signed
from penfriend.delivery.dkim_keys import KeyUnusable, SigningKey, load_key, read_pem
from penfriend.domain.delivery import Email, Fault, Handover, Outcome, Result, Stage
from penfriend.domain.dkim import Dkim, signs_for
from penfriend.domain.transport import DeliveryWatch, Transport

READ_EVERY = 60.0
"""Seconds after which the keys are read anew in a batch that lasts longer: while a destination hangs it goes
on with others."""


class Keys:
    """The keys of one revision. A file is read anew for each batch of mails, so that another key in its place
    is taken up."""

    def __init__(self, known: Sequence[Dkim], folder: Path) -> None:
        """`folder` holds the campaign files. Nothing is read yet."""
        self._known, self._folder = known, folder
        self._loaded: dict[bytes, SigningKey] = {}
        self._chosen: dict[str, tuple[Signer, ...]] = {}
        """By the sender's domain, as far as it was asked for in this batch."""

    def renew(self) -> None:
        """A new batch begins."""
        self._chosen = {}

    def sign(self, email: Email) -> Email:
        """The mail as it leaves; without a signature where no key is for its sender. Raises KeyUnusable."""
        if not self._known:
            return email
        sender = sender_domain(email.content)
        signers = self._chosen.get(sender)
        if signers is None:
            signers = tuple(self._signer(one) for one in signs_for(self._known, sender))
            self._chosen[sender] = signers
        return replace(email, content=signed(email.content, signers)) if signers else email

    def _signer(self, dkim: Dkim) -> Signer:
        try:
            pem = read_pem(dkim, self._folder)
            key = self._loaded.get(pem)
            if key is None:
                key = load_key(pem)
                self._loaded[pem] = key
        except KeyUnusable as error:
            raise KeyUnusable(f"the DKIM key of {dkim.record} cannot be used: {error}") from None
        return Signer(dkim.domain, dkim.selector, key)


class SigningTransport:
    """Hands signed mails to `carrier`. Satisfies `penfriend.domain.transport.Transport`.

    Where a key cannot be used nothing leaves unsigned: the route answers as one that is down.
    """

    def __init__(self, carrier: Transport) -> None:
        self._carrier = carrier
        self._keys = Keys((), Path())

    def sign_with(self, keys: Keys) -> None:
        """From the next batch on these keys sign."""
        self._keys = keys

    @property
    def name(self) -> str:
        """The route's name in the language."""
        return self._carrier.name

    @property
    def concurrency(self) -> int:
        """As the carrier's."""
        return self._carrier.concurrency

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Sign each mail as it is taken; see `Transport.deliver`."""
        keys = self._keys
        keys.renew()
        self._carrier.deliver(_signed(handovers, watch, keys), watch)

    def close(self) -> None:
        """Close the carrier."""
        self._carrier.close()


def _signed(
    handovers: Iterator[Handover | None], watch: DeliveryWatch, keys: Keys
) -> Iterator[Handover | None]:
    read_at = time.monotonic()
    for handover in handovers:
        if handover is None:
            yield None
            continue
        if time.monotonic() - read_at > READ_EVERY:
            keys.renew()
            read_at = time.monotonic()
        try:
            email = keys.sign(handover.email)
        except KeyUnusable as error:
            text = f"{error}; no mail leaves unsigned"[:500]
            watch.done(handover, Result(Outcome.DEFERRED, Stage.CONNECT, text=text, fault=Fault.ROUTE))
            return
        yield handover if email is handover.email else replace(handover, email=email)
