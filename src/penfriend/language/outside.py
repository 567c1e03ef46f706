"""What lies outside: systems that are told, coupons that letters carry, keys that sign."""

from __future__ import annotations

from penfriend.domain.definitions import Coupon, Outgoing, Webhook
from penfriend.domain.dkim import Dkim
from penfriend.domain.outgoing import Kind
from penfriend.language import section_keys
from penfriend.language.nodes import Entry, Node, Sequence
from penfriend.language.reading import Reading
from penfriend.language.renames import Renames
from penfriend.language.shapes import (
    COUPON_FILE,
    DKIM_KEY,
    DOMAIN,
    HTTPS,
    LINE,
    NAME,
    SECRET,
    SELECTOR,
    WHOLE,
)


def read_webhooks(node: Node | None, reading: Reading) -> dict[str, Webhook]:
    """Other systems that a step tells."""
    webhooks: dict[str, Webhook] = {}
    for entry in reading.named(node, "webhooks", NAME):
        found = reading.table(entry.value, section_keys.WEBHOOK, entry.key)
        url = reading.word(found.get("url"), HTTPS)
        secret = reading.word(found.get("secret"), SECRET)
        if url is not None and secret is not None:
            webhooks[entry.key.text] = Webhook(entry.key.text, url, secret)
    return webhooks


def read_outgoing(node: Node | None, reading: Reading) -> dict[str, Outgoing]:
    """Other systems that are told what happens."""
    outgoing: dict[str, Outgoing] = {}
    for entry in reading.named(node, "outgoing", NAME):
        found = reading.table(entry.value, section_keys.OUTGOING, entry.key)
        url = reading.word(found.get("url"), HTTPS)
        secret = reading.word(found.get("secret"), SECRET)
        on = _kinds(found.get("on"), reading)
        if url is not None and secret is not None:
            outgoing[entry.key.text] = Outgoing(entry.key.text, url, secret, on)
    return outgoing


def _kinds(entry: Entry | None, reading: Reading) -> tuple[Kind, ...]:
    """What is told; each once, in the order of the language."""
    if entry is None:
        return tuple(Kind)
    items = reading.items(entry.value, '"on"', or_one=True)
    if not items and isinstance(entry.value, Sequence):
        reading.error(entry.value, '"on" names nothing; leave it out to be told of everything.')
    words = {reading.value(item, section_keys.KIND_OF_NEWS, '"on"') for item in items}
    return tuple(kind for kind in Kind if kind.value in words)


def read_coupons(node: Node | None, reading: Reading) -> dict[str, Coupon]:
    """Codes for letters: from a file, or one for everybody."""
    coupons: dict[str, Coupon] = {}
    renames = Renames("coupon", reading)
    for entry in reading.named(node, "coupons", NAME):
        found = reading.table(entry.value, section_keys.COUPON, entry.key)
        coupons[entry.key.text] = Coupon(
            name=entry.key.text,
            file=reading.word(found.get("from"), COUPON_FILE),
            code=reading.word(found.get("code"), LINE),
            warn_below=reading.word(found.get("warn_below"), WHOLE) or 0,
            was=renames.read(found.get("was")),
            place=(found["from"].value if "from" in found else entry.key).place,
        )
        _ask_for_one(entry, found, reading)
    renames.check(reading.names.coupons)
    return coupons


def _ask_for_one(entry: Entry, found: dict[str, Entry], reading: Reading) -> None:
    """A coupon has either `from` or `code`."""
    if "from" in found and "code" in found:
        reading.error(
            found["code"].key,
            '"from" and "code" in one coupon: unique codes from a file, or one for everybody.',
        )
    elif "code" in found and "warn_below" in found:
        reading.error(
            found["warn_below"].key, '"warn_below" goes with "from": one code for everybody never runs out.'
        )
    elif not {"from", "code"} & found.keys() and not reading.has_unknown(entry.value, section_keys.COUPON):
        reading.error(
            entry.key,
            'a coupon needs "from", a file with a code on each line, or "code", the same for everybody.',
        )


def read_dkim(node: Node | None, reading: Reading) -> tuple[Dkim, ...]:
    """The keys that sign mail: one, or a list."""
    keys: dict[tuple[str, str], Dkim] = {}
    for item in reading.items(node, "dkim", or_one=True):
        found = reading.table(item, section_keys.DKIM)
        domain = reading.word(found.get("domain"), DOMAIN)
        selector = reading.word(found.get("selector"), SELECTOR)
        key = reading.word(found.get("key"), DKIM_KEY)
        if domain is None or selector is None or key is None:
            continue
        dkim = Dkim(domain, selector, key, found["key"].value.place)
        if (domain, selector.lower()) in keys:
            reading.error(found["selector"].value, f"{dkim.record} stands here twice.")
        keys[domain, selector.lower()] = dkim
    return tuple(keys.values())
