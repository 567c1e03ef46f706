"""What a finished mail costs beside the work that nobody can spare: filling its template, compiling its MJML.

    python benchmarks/letters.py [MAILS] [RUNS]

For the shop's welcome letter and its cart with five items, in the processor's own time of one thread: the
whole message (subject, HTML and text filled, links signed, both parts encoded, put together and read again);
and in the same run, turn by turn, the limit: Jinja alone filling the same letter's MJML with the same values,
and mrml alone compiling what came of it. The ratio is of messages a second to that limit; the goal, an
overhead under a quarter, is a ratio of 0.8. Medians.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from mjml import mjml2html
from results import Figure, keep

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the sample letters are the tests'

from penfriend.domain.letter import Letter  # noqa: E402
from penfriend.domain.money import Money  # noqa: E402
from penfriend.rendering import TemplateRenderer  # noqa: E402
from penfriend.rendering.findings import Problems  # noqa: E402
from penfriend.rendering.inheritance import Flattener, Sources  # noqa: E402
from penfriend.rendering.links import Links  # noqa: E402
from tests.support.sample_letters import FILES, item, letter, the_definitions  # noqa: E402

KEY = b"k" * 32
MAILS, RUNS, GOAL, MOST_TIMES = 400, 9, 0.8, 1.6
ITEMS = [
    item(
        title=f"Oak board {number}",
        url=f"https://shop.acornandoak.example/p/{number}",
        image=f"https://shop.acornandoak.example/img/{number}.jpg",
        price=Money(380_000 + number, "GBP"),
        quantity=number,
    )
    for number in range(1, 6)
]
CART = {"id": "c-1", "items": ITEMS, "total": Money(1_900_000, "GBP"), "items_count": 15, "url": None}
LETTERS = {"welcome": "welcome/hello", "cart with five items": "abandoned_cart/reminder"}


class Plain(Environment):
    """Jinja as it is, but that `cart.items` is what the cart holds and not a method of a dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The entry of that name, else the attribute."""
        return obj.get(attribute) if isinstance(obj, dict) else super().getattr(obj, attribute)


def whole(letters: Sequence[Letter], renderer: TemplateRenderer) -> float:
    """Seconds of the processor for the finished mails."""
    began = time.thread_time()
    for one in letters:
        renderer.render(one)
    return time.thread_time() - began


def bare(template: Template, names: Mapping[str, object], mails: int) -> tuple[float, float]:
    """Seconds of the processor for Jinja and for mrml, of as many mails."""
    began = time.thread_time()
    for _ in range(mails):
        text = template.render(names)
    filled = time.thread_time()
    for _ in range(mails):
        mjml2html(text, fonts={})
    return filled - began, time.thread_time() - filled


def plain_template(
    renderer: TemplateRenderer, name: str, one: Letter
) -> tuple[Template, Mapping[str, object]]:
    """The letter's MJML for Jinja alone, and the values that the renderer would fill it with."""
    speech = renderer.speeches.choose(name, one.locale)
    pieces = Flattener(Sources(FILES, speech.html), Problems()).flatten(f"{name}.mjml")
    plain = Plain(autoescape=True, extensions=["jinja2.ext.i18n"])
    plain.globals.update(speech.html.globals)
    links = Links(one, renderer.definitions.brand.public_url, [KEY], None)
    names = renderer._names(one, speech, links)  # noqa: SLF001 - the same values
    return plain.from_string("".join(piece.text for piece in pieces)), names


def measure(name: str, template: str, mails: int, runs: int) -> None:
    """Print and keep what the letter costs."""
    definitions = the_definitions()
    renderer = TemplateRenderer(FILES, definitions, KEY, 1)
    one = letter(definitions, template, cart=CART)
    letters = [replace(one, message=n, message_id=f"<{n}@mail.acornandoak.example>") for n in range(mails)]
    plain, names = plain_template(renderer, template, one)
    size = len(renderer.render(one).content)
    bare(plain, names, 20)
    ours, limits, jinja = [], [], []
    for _ in range(runs):
        ours.append(whole(letters, renderer) / mails)
        filled, compiled = bare(plain, names, mails)
        jinja.append(filled / mails)
        limits.append((filled + compiled) / mails)
    ratios = [limit / own for limit, own in zip(limits, ours, strict=True)]
    rate, limit = 1 / statistics.median(ours), 1 / statistics.median(limits)
    print(  # noqa: T201 - a program
        f"{name}, {size / 1000:.0f} kB: {rate:.0f} messages a second and core "
        f"({1 / max(ours):.0f} to {1 / min(ours):.0f}); {1e6 / rate:.0f} µs each, where Jinja and mrml alone "
        f"take {1e6 / limit:.0f}, {1e6 * statistics.median(jinja):.0f} of it Jinja; "
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )
    beside = statistics.median(own / one for own, one in zip(ours, jinja, strict=True))
    print(f"  {beside:.2f} times the time of Jinja alone")  # noqa: T201 - a program
    keep(
        Figure(f"rendered messages a second and core ({name})", "messages/s", rate, limit, GOAL),
        Figure(
            f"a finished letter, in times of Jinja's bare filling ({name})",
            "times",
            beside,
            goal=MOST_TIMES,
            most=True,
        ),
    )


def main() -> None:
    """Both letters."""
    mails, runs = (int(one) for one in (*sys.argv[1:3], MAILS, RUNS)[:2])
    for name, template in LETTERS.items():
        measure(name, template, mails, runs)


if __name__ == "__main__":
    main()
