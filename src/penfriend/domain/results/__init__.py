"""What the mail is worth: the metrics that the terminal, the API and the pages share, and what each means."""

from __future__ import annotations

from penfriend.domain.results.attribution import USUAL, Candidate, Credit, Results, credited
from penfriend.domain.results.figures import (
    MEANINGS,
    Dimension,
    Figures,
    GroupFigures,
    Outcomes,
    ResultLine,
)

__all__ = [
    "MEANINGS",
    "USUAL",
    "Candidate",
    "Credit",
    "Dimension",
    "Figures",
    "GroupFigures",
    "Outcomes",
    "ResultLine",
    "Results",
    "credited",
]
