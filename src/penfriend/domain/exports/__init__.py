"""What people with their own tools are given: reports, each with its columns, their types and meanings.

The same columns are in the files of `penfriend export`, in the views `report_...` of the database and on the
page docs/exports.md. None of our own ids is among them: a person is named by the shop's id, a mail by its
Message-ID, a run of a campaign by (campaign, contact, occurrence, entry).
"""

from penfriend.domain.exports.reports import REPORTS, VIEWS, Column, Kind, Report

__all__ = ["REPORTS", "VIEWS", "Column", "Kind", "Report"]
