"""The files of a preview: the letter as a page, its text, and the message as it would be handed over."""

from __future__ import annotations

import re
from pathlib import Path

from penfriend.domain.errors import SettingError
from penfriend.domain.preview import Asked, Preview
from penfriend.rendering.preview_views import with_drawings

_ODD = re.compile(r"[^\w.@+-]+")


class PreviewFolder:
    """Where previews are written; those of an earlier call are written over. Raises SettingError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stem(self, asked: Asked, preview: Preview) -> Path:
        """How the files of one letter begin: `welcome/hello.en-GB`, with whose it is where that was
        said."""
        who = _ODD.sub("_", asked.contact or asked.person)
        parts = [preview.by.template, preview.locale, *([who] if who else [])]
        return self.folder / ".".join(parts)

    def write(self, asked: Asked, preview: Preview) -> dict[str, Path]:
        """Write the three files; their paths by `html`, `txt` and `eml`."""
        stem = self.stem(asked, preview)
        contents = {
            "html": with_drawings(preview.html).encode(),
            "txt": preview.text.encode(),
            "eml": preview.content,
        }
        paths = {kind: stem.with_name(f"{stem.name}.{kind}") for kind in contents}
        for kind, content in contents.items():
            self.put(paths[kind], content)
        return paths

    def put(self, path: Path, content: bytes) -> None:
        """Write one file."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise SettingError(f"{path}: cannot be written ({error.strerror})") from error
