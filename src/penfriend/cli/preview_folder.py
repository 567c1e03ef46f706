"""The files of a preview: the letter as a page, its text, the message as it would be handed over, and
pictures of it where a Chromium is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from penfriend.cli.browser import Browser, BrowserFailed, Screen, find_browser
from penfriend.domain.errors import SettingError
from penfriend.domain.preview import Asked, Preview
from penfriend.rendering.preview_views import with_drawings, without_pictures

_ODD = re.compile(r"[^\w.@+-]+")
_DESKTOP, _PHONE = 720, 390
"""CSS pixels."""
SHOTS: Mapping[str, tuple[Screen, Callable[[str], str]]] = {
    "desktop": (Screen(_DESKTOP), with_drawings),
    "mobile": (Screen(_PHONE, is_phone=True), with_drawings),
    "dark": (Screen(_DESKTOP, is_dark=True), with_drawings),
    "images-off": (Screen(_DESKTOP), without_pictures),
}
"""The pictures of one letter: on which screen, and how its HTML is shown there."""
NO_BROWSER = "no pictures: there is no Chromium on the PATH, and BROWSER_PATH names none"


@dataclass(frozen=True, slots=True)
class Written:
    """One letter that was written."""

    asked: Asked
    preview: Preview
    files: Mapping[str, Path]
    """By what they hold: html, txt, eml, and the name of each picture."""


class PreviewFolder:
    """Where previews are written; those of an earlier call are written over. A context manager, because of
    the browser that takes the pictures. Raises SettingError."""

    def __init__(self, folder: Path, *, with_pictures: bool = False) -> None:
        self.folder = folder
        self.no_pictures = ""
        """Why there are none, where some were wanted."""
        self._browser = find_browser() if with_pictures else None
        self._open: Browser | None = None
        if with_pictures and self._browser is None:
            self.no_pictures = NO_BROWSER

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_browser()

    def write(self, asked: Asked, preview: Preview) -> Written:
        """Write the files of one letter: `welcome/hello.en-GB.html`, with whose it is where that was said."""
        who = _ODD.sub("_", asked.contact or asked.person)
        stem = self.folder / ".".join([preview.by.template, preview.locale, *([who] if who else [])])
        contents = {
            "html": with_drawings(preview.html).encode(),
            "txt": preview.text.encode(),
            "eml": preview.content,
        }
        files = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in contents}
        for kind, content in contents.items():
            self.put(files[kind], content)
        for name in SHOTS:
            path = stem.with_name(f"{stem.name}.{name}.png")
            taken = self._picture(name, preview.html)
            if taken is None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)  # of an earlier call: it would show another letter
            else:
                self.put(path, taken)
                files[name] = path
        return Written(asked, preview, files)

    def put(self, path: Path, content: bytes) -> None:
        """Write one file."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise SettingError(f"{path}: cannot be written ({error.strerror})") from error

    def _picture(self, name: str, html: str) -> bytes | None:
        """One picture; None where there is no browser, or where it has failed: then it is not asked again."""
        if self._browser is None or self.no_pictures:
            return None
        screen, made_of = SHOTS[name]
        try:
            if self._open is None:
                self._open = Browser(self._browser)
            return self._open.picture(made_of(html), screen)
        except BrowserFailed as failed:
            self.no_pictures = f"no pictures: {failed}"
            self._end_browser()
            return None

    def _end_browser(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
