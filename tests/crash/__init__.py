"""The crash harness: `make crash`, `make crash-short`, and a still shorter one in `make test`.

A shop with thousands of people, a daemon that is killed again and again, and a sink of its own that judges.
See docs/crash.md.
"""
