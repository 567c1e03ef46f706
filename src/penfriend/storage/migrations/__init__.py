"""The steps by which the tables came to be what they are; `penfriend.storage.migrate` runs them."""

HEAD = "0035"
"""The newest step. A database that stands here needs none."""
