"""Where the starter lies: in the wheel as `penfriend/starter`, in a checkout at its top."""

from __future__ import annotations

from pathlib import Path

import penfriend
from penfriend.domain.errors import SettingError

FOLDERS = ("campaigns", "templates")
"""What lies beside the sample campaigns.yaml."""


def starter() -> Path:
    """The folder with the sample campaigns.yaml, campaigns/ and templates/. Raises SettingError where an
    installation has lost it."""
    package = Path(penfriend.__file__).parent
    for folder in (package / "starter", package.parent.parent):
        if (folder / "campaigns.yaml").is_file() and all((folder / name).is_dir() for name in FOLDERS):
            return folder
    raise SettingError(f"{package / 'starter'}: the sample campaigns are missing; install Penfriend again")
