"""Writes reports (`penfriend.domain.exports`) for people with their own tools: a file for each day.

A day's file is written beside its place and moved there when it is whole, so a reader never sees half of one,
and writing it again gives what is known then. CSV needs nothing; Parquet is the extra `penfriend[parquet]`.
"""

from penfriend.bootstrap.exporting.export import Export, Exported, Written, export_days, export_lines

__all__ = ["Export", "Exported", "Written", "export_days", "export_lines"]
