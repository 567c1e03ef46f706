"""The steps by which the tables came to be what they are; `penfriend.storage.migrate` runs them."""

HEAD = "0036"
"""The newest step. A database that stands here needs none."""
USABLE_FROM = "0034"
"""The HEAD of the oldest program that can work over tables as they are at ours: while one machine after the
other is brought to a new version, both work. A step that only expands (tables, indexes, columns that may be
empty or have a default) leaves it as it is. One that contracts (takes away, renames, forbids what was there)
comes a version later than the program that needs it no more, and raises it: tests/integration/test_rolling.py
looks."""
