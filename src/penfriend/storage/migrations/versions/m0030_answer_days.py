"""How many answers each survey had on each day, by score, so that its page need not count them; and an index
by which the newest comments of a score are found."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, column, insert, table, text

from penfriend.storage.columns import BIG, TEXT

revision, down_revision = "0030", "0029"


def upgrade() -> None:
    """Make them. What is there already is counted by days of UTC, as the brand's clock is not known here."""
    op.create_table(
        "answer_days",
        Column("survey", TEXT, nullable=False),
        Column("day", TEXT, nullable=False),
        Column("score", BIG, nullable=False),
        Column("people", BIG, nullable=False, server_default="0"),
        PrimaryKeyConstraint("survey", "day", "score", name="pk_answer_days"),
    )
    found = op.get_bind().execute(text(_COUNTED)).all()
    rows = [
        {"survey": survey, "day": _day(day), "score": score, "people": people}
        for survey, day, score, people in found
    ]
    if rows:
        op.get_bind().execute(insert(_ANSWER_DAYS), rows)
    where = text("comment <> ''")
    op.create_index(
        "ix_answers_comments",
        "answers",
        ["survey", "score", "answered_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_answers_comments", "answers")
    op.drop_table("answer_days")


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).date().isoformat()


_ANSWER_DAYS = table("answer_days", *(column(name) for name in ("survey", "day", "score", "people")))
_COUNTED = """
SELECT a.survey, a.answered_at / 86400000000, coalesce(a.score, -1), count(*)
FROM answers AS a
WHERE NOT EXISTS (
  SELECT 1 FROM answers AS later
  WHERE later.contact_id = a.contact_id AND later.survey = a.survey
    AND (later.enrollment_id = a.enrollment_id OR (later.enrollment_id IS NULL AND a.enrollment_id IS NULL))
    AND (later.answered_at > a.answered_at OR (later.answered_at = a.answered_at AND later.id > a.id))
)
GROUP BY a.survey, a.answered_at / 86400000000, coalesce(a.score, -1)
"""
