"""What the letters of tests are spared: being compiled in each test anew.

Most tests of the sample shop compile all of its letters, half a process's time; the code of a letter follows
from its source alone, and its locales share it already. Within a session all renderers share it. Programs
that a test starts in processes of their own know nothing of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import pytest

from penfriend.rendering.environment import Codes, LetterEnvironment

LETTERS = 2000
"""So many compiled templates are kept: the sample shop has some hundreds."""


class Kept(OrderedDict[Any, Any]):
    """The templates that were asked for last."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        if len(self) > LETTERS:
            self.popitem(last=False)


@pytest.fixture(scope="session", autouse=True)
def quick_letters() -> Iterator[None]:
    """For all tests."""
    real, kept = LetterEnvironment.__init__, dict[frozenset[str], Codes]()

    def with_shared_codes(
        self: LetterEnvironment, *arguments: Any, rows: frozenset[str] = frozenset(), **options: Any
    ) -> None:
        options["codes"] = kept.setdefault(rows, Kept())
        real(self, *arguments, rows=rows, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LetterEnvironment, "__init__", with_shared_codes)
        yield
