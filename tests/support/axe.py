"""What axe finds in a page: what a screen reader, or who sees little, would miss."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe().axe_script
_RUN = (
    "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
)


def violations(page: Page, **options: Any) -> list[dict[str, Any]]:
    """Each rule of axe that the page breaks, with the places; `options` are those of `axe.run`.

    Half a megabyte of script is put into a page once, and what axe finds in order stays there.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(_RUN, options)
    return found
