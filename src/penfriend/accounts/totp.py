"""The second factor: codes of six digits by time (RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import hmac
import secrets

from penfriend.domain.timing import SECOND, Moment

STEP_SECONDS = 30
DRIFT = 1
"""So many steps may a telephone's clock be off, either way (RFC 6238, 5.2)."""
SECRET_BYTES = 20
CODES = 10
CODE_CHARACTERS, GROUP = 24, 4
"""Of a recovery code: 120 random bits, for which NIST SP 800-63B-4, 3.1.2.2, asks no slow hash."""


def new_secret() -> str:
    """A secret, in the base32 that authenticator apps read."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def address_of(secret: str, name: str, issuer: str) -> str:
    """The `otpauth:` address that a QR code holds."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def step_of(code: str, secret: str, now: Moment) -> int | None:
    """The step of time that the code is of; None for no code of this while. Each step's code must be taken
    once only: that is the store's matter."""
    import pyotp

    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    current = now // SECOND // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = range(current - DRIFT, current + DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return right[-1] if right else None


def grouped(secret: str) -> str:
    """A secret as people copy it, in groups of four."""
    return " ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


def new_recovery_codes() -> list[str]:
    """Codes of lower-case letters and digits, in groups."""
    return [_recovery_code() for _ in range(CODES)]


def recovery_code(typed: str) -> str | None:
    """The code that somebody typed as it was made; None for what is none."""
    letters = "".join(one for one in typed.lower() if one not in " -\t")
    if len(letters) != CODE_CHARACTERS or not letters.isascii() or not letters.isalnum():
        return None
    return _in_groups(letters)


def _recovery_code() -> str:
    random = base64.b32encode(secrets.token_bytes(CODE_CHARACTERS * 5 // 8)).decode("ascii").lower()
    return _in_groups(random)


def _in_groups(letters: str) -> str:
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def picture_of(address: str) -> str:
    """The QR code of an address as an SVG element. Its colours are attributes, which the policy of our pages
    lets through, and its ground is white also in the dark: cameras want it so."""
    import segno

    made = segno.make(address, error="m", micro=False)
    picture: str = made.svg_inline(border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True)
    return picture
