"""The process that draws: reads a Vega-Lite document a line, answers with a line each, ends with its input.

A script of its own, run without the rest of Penfriend: nothing but vl-convert is loaded here, and nothing
that is secret is known. It comes after everything else on the machine.
"""

from __future__ import annotations

import json
import os
import sys

BEHIND_OTHERS = 10


def main() -> None:
    """Draw until the input ends."""
    import vl_convert

    os.nice(BEHIND_OTHERS)
    for line in sys.stdin.buffer:
        try:
            # documents hold their data, and nothing is fetched from anywhere
            answer = {"svg": vl_convert.vegalite_to_svg(json.loads(line), allowed_base_urls=[])}
        except Exception as error:  # the next document is drawn all the same
            answer = {"fault": f"{type(error).__name__}: {error}"[:300]}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
