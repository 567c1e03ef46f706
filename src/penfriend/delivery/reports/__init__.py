"""Reads what comes back: delivery reports (RFC 3464, RFC 6533), complaints (RFC 5965), and what mail systems
of another time write. Pure over bytes; nothing that stands in a mail stops it."""

from penfriend.delivery.reports.reading import read_report

__all__ = ["read_report"]
