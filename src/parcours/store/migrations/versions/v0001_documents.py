"""Documents, their versions, and the applies that made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "applies",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("receipt", sa.String(32), nullable=False, unique=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("base", sa.Integer),
        sa.Column("apply", sa.Integer, sa.ForeignKey("applies.number"), nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("canonical", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["kind", "id"], ["documents.kind", "documents.id"]),
    )
    op.create_index("versions_by_apply", "versions", ["apply"])


def downgrade() -> None:
    """Remove them, with everything in them."""
    for table in ("versions", "documents", "applies"):
        op.drop_table(table)
