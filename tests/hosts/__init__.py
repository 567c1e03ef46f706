"""Several machines over one PostgreSQL: `make hosts`, and a shorter one in `make test`.

Each is a folder, an address by which it reaches the database, and a daemon; they are killed, frozen, cut off
and lost, one after the other, and the server of tests.crash judges. See docs/scale.md.
"""
