"""The use cases (enroll, advance, send, recover, ingest) and the daemon that ticks them."""
