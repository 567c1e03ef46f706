"""The files of coupon codes, taken into the store at apply: a million codes are read without being held."""

from __future__ import annotations

import hashlib
from pathlib import Path

from penfriend.bootstrap.coupon_codes import CodesUnreadable, cannot_be_read, read_codes
from penfriend.domain.definitions import Coupon, Definitions
from penfriend.domain.problems import Problem
from penfriend.domain.timing import Moment
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.database import Database


def take_in_coupons(pool: CouponPool, definitions: Definitions, folder: Path, now: Moment) -> list[Problem]:
    """Bring the codes of the files into the store, where a file is another than the last time. A file that
    cannot be read changes nothing, and is among the problems."""
    problems: list[Problem] = []
    for coupon in definitions.coupons.values():
        if coupon.file is None:
            continue
        try:
            digest = _digest(coupon, coupon.file, folder)
            pool.take_in(coupon.name, read_codes(coupon, coupon.file, folder), digest, now)
        except CodesUnreadable as unreadable:
            problems.append(unreadable.problem)
    return problems


def bring_codes(db: Database, definitions: Definitions, folder: Path, now: Moment) -> list[Problem]:
    """All that coupons need when their revision is live: codes under a new name, and what the files have
    now. What is wrong with a file."""
    pool = CouponPool(db)
    rename_coupons(pool, definitions)
    return take_in_coupons(pool, definitions, folder, now)


def rename_coupons(pool: CouponPool, definitions: Definitions) -> None:
    """`was` of a coupon: its codes, those that were given among them, go with it."""
    for coupon in definitions.coupons.values():
        if coupon.was is not None:
            pool.rename(coupon.was, coupon.name)


def _digest(coupon: Coupon, file: str, folder: Path) -> str:
    """Of the file's bytes. Raises CodesUnreadable."""
    try:
        with (folder / file).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise cannot_be_read(coupon, file, error) from None
