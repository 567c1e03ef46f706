"""Warns of a secret that stands plainly in a file: it would lie in the version history for all to read."""

from __future__ import annotations

import re

from penfriend.language.nodes import MappingNode, Node, Scalar, Sequence
from penfriend.language.report import Report

_SECRET_KEY = re.compile(r"(?:.*_)?(?:secret|password|token)", re.IGNORECASE)
_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.\-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
_URL_WITH_KEY = re.compile(
    r"anymail\+[a-z-]+:\S*[?&](?:[a-z_]+_)?(?:api_key|secret_key|access_key|token)=[^&\s]", re.IGNORECASE
)
_OWN_NAMES = frozenset({"data", "policy", "segments", "campaigns", "topics", "surveys", "tests"})
"""Sections whose keys can be the shop's own names: a property may well be called token."""


def warn_of_secrets(root: MappingNode, text: str, report: Report) -> None:
    """Looks through the whole file; `text` is what `root` was read from. Sections whose keys do not count are
    passed over where no address stands in the file: they are the long ones."""
    has_address = "://" in text
    for section in root.entries.values():
        keys_count = section.key.text not in _OWN_NAMES
        if keys_count or has_address:
            _walk(section.value, report, keys_count=keys_count)


def _walk(node: Node, report: Report, *, keys_count: bool, key: str = "") -> None:
    match node:
        case MappingNode(entries=entries):
            for entry in entries.values():
                _walk(entry.value, report, keys_count=keys_count, key=entry.key.text)
        case Sequence(items=items):
            for item in items:
                _walk(item, report, keys_count=keys_count, key=key)
        case Scalar(from_environment=False, is_null=False, text=text):
            if "PRIVATE KEY-----" in text:
                report.warning(
                    node,
                    "a private key stands here for all to read. Take it from the environment,"
                    ' "${DKIM_KEY}", or name a file that is not kept with the campaigns.',
                )
            elif keys_count and _SECRET_KEY.fullmatch(key):
                report.warning(
                    node,
                    f'"{key}" stands here for all to read. Take it from the environment:'
                    f' "${{{key.upper()}}}".',
                )
            elif "://" in text and _URL_WITH_PASSWORD.search(text):
                report.warning(
                    node,
                    "a password stands here for all to read. Take the address from the environment:"
                    ' "${NAME}".',
                )
            elif text.startswith("anymail+") and _URL_WITH_KEY.search(text):
                report.warning(
                    node,
                    "the key of an account stands here for all to read. Take it from the environment:"
                    ' "anymail+postmark://?server_token=${POSTMARK_TOKEN}".',
                )
