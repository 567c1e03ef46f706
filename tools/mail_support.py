"""Makes src/penfriend/rendering/mail_support.json: what Gmail, Apple Mail and Outlook do not know, by
caniemail.com (https://github.com/hteumeuleu/caniemail, MIT licence, copyright Rémi Parmentier).

    git clone https://github.com/hteumeuleu/caniemail
    python tools/mail_support.py caniemail COMMIT DATE > src/penfriend/rendering/mail_support.json

Taken is what fails ("n") in the newest version that was tested. Left out is what a reader does not miss: a
property that only makes things look nicer (border-radius, box-shadow, max-width, transitions), selectors and
media queries (whoever knows them gets more), and programs that are no longer sold (Windows Mail).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

PROGRAMS = {
    ("gmail", "desktop-webmail"): "Gmail",
    ("gmail", "ios"): "Gmail for iOS",
    ("gmail", "android"): "Gmail for Android",
    ("apple-mail", "macos"): "Apple Mail",
    ("apple-mail", "ios"): "Apple Mail for iOS",
    ("outlook", "windows"): "Outlook for Windows",
    ("outlook", "macos"): "Outlook for Mac",
    ("outlook", "outlook-com"): "Outlook.com",
    ("outlook", "ios"): "Outlook for iOS",
    ("outlook", "android"): "Outlook for Android",
}
"""The programs, the best known first, as they are named to people."""

_LOGICAL = ("block", "inline")
_INPUTS = ("checkbox", "radio", "reset", "submit", "text")
FEATURES: dict[str, list[tuple[str, str]]] = {
    "css-display-flex": [("value", "display:flex"), ("value", "display:inline-flex")],
    "css-display-grid": [("value", "display:grid"), ("value", "display:inline-grid")],
    "css-position": [("value", f"position:{word}") for word in ("absolute", "fixed")],
    "css-float": [("value", "float:left"), ("value", "float:right")],
    "css-background-image": [("property", "background-image")],
    "css-column-count": [("property", "column-count"), ("property", "columns")],
    "css-clip-path": [("property", "clip-path")],
    "css-mask-image": [("property", "mask-image")],
    "css-transform": [("property", "transform")],
    "css-visibility": [("value", "visibility:hidden")],
    "css-writing-mode": [("property", "writing-mode")],
    "css-inset": [("property", "inset")],
    "css-block-inline-size": [("property", f"{one}-size") for one in _LOGICAL],
    "css-margin-inline-block": [("property", f"margin-{one}") for one in _LOGICAL],
    "css-margin-inline-start-end": [("property", f"margin-inline-{one}") for one in ("start", "end")],
    "css-margin-block-start-end": [("property", f"margin-block-{one}") for one in ("start", "end")],
    "css-padding-inline-block": [("property", f"padding-{one}") for one in _LOGICAL],
    "css-padding-inline-start-end": [("property", f"padding-inline-{one}") for one in ("start", "end")],
    "css-padding-block-start-end": [("property", f"padding-block-{one}") for one in ("start", "end")],
    "css-border-inline-block": [("property", f"border-{one}") for one in _LOGICAL],
    "css-linear-gradient": [("function", "linear-gradient")],
    "css-radial-gradient": [("function", "radial-gradient")],
    "css-conic-gradient": [("function", "conic-gradient")],
    "css-function-clamp": [("function", "clamp")],
    "css-function-min": [("function", "min")],
    "css-function-max": [("function", "max")],
    "css-function-light-dark": [("function", "light-dark")],
    "css-unit-calc": [("function", "calc")],
    "css-variables": [("function", "var")],
    "css-rgba": [("function", "rgba")],
    "css-modern-color": [("function", one) for one in ("lch", "oklch", "lab", "oklab")],
    **{f"css-unit-{one}": [("unit", one)] for one in ("ch", "rem", "vh", "vw", "vmin", "vmax")},
    "css-at-import": [("rule", "@import")],
    **{
        f"html-{one}": [("element", one)]
        for one in (
            "audio",
            "base",
            "dialog",
            "form",
            "marquee",
            "meter",
            "object",
            "progress",
            "select",
            "svg",
            "textarea",
            "video",
        )
    },
    **{f"html-input-{one}": [("input", one)] for one in _INPUTS},
    "html-button-submit": [("element", "button")],
    "image-svg": [("format", "svg")],
    "image-webp": [("format", "webp")],
    "image-avif": [("format", "avif")],
    "image-tiff": [("format", "tiff"), ("format", "tif")],
    "image-heif": [("format", "heif"), ("format", "heic")],
    "image-base64": [("format", "data:")],
}
"""What is judged: the feature's name in caniemail, and how it is met in a letter."""


def statistics(text: str) -> dict[str, dict[str, dict[str, str]]]:
    """The block `stats` of a feature's file: program, platform, version, answer."""
    start = text.index("{", text.index("\nstats:"))
    depth = 0
    for end in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            break
    block = re.sub(r"([{,]\s*)([A-Za-z][\w-]*)\s*:", r'\1"\2":', text[start : end + 1])
    found: dict[str, dict[str, dict[str, str]]] = json.loads(re.sub(r",(\s*})", r"\1", block))
    return found


def failing(text: str) -> list[str]:
    """The programs in whose newest version the feature fails, with that version."""
    stats = statistics(text)
    failed = []
    for (program, platform), name in PROGRAMS.items():
        versions = stats.get(program, {}).get(platform, {})
        newest = next(reversed(versions), "")
        if newest and versions[newest].startswith("n"):
            failed.append(f"{name} ({newest})")
    return failed


def main(checkout: str, commit: str, date: str) -> None:
    """Prints the table."""
    table: dict[str, dict[str, list[str]]] = {}
    for feature, met_as in FEATURES.items():
        programs = failing((Path(checkout) / "_features" / f"{feature}.md").read_text(encoding="utf-8"))
        for kind, name in met_as if programs else ():
            table.setdefault(kind, {})[name] = programs
    origin = f"https://github.com/hteumeuleu/caniemail at {commit} of {date}"
    source = f"caniemail.com, {origin}, MIT licence, copyright (c) 2019 Rémi Parmentier"
    lines = [f'  "source": {json.dumps(source, ensure_ascii=False)}']
    for kind, entries in table.items():
        rows = [f"    {json.dumps(name)}: {json.dumps(programs)}" for name, programs in entries.items()]
        lines.append(f'  "{kind}": {{\n' + ",\n".join(rows) + "\n  }")
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
