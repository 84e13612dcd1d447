"""The tables of the store. They are made by the migrations; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

# One row for each time that documents were applied: all of its changes, or none, are there.
applies = sa.Table(
    "applies",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without gaps
    sa.Column("receipt", sa.String(32), nullable=False, unique=True),  # told apart by whoever applies
    sa.Column("at_us", sa.BigInteger, nullable=False),  # UTC, microseconds since 1970
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
# One row for each document that ever was; ``number`` is its newest version.
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
# One row for each version of a document. Rows are added, never changed.
versions = sa.Table(
    "versions",
    metadata,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … of this document
    sa.Column("base", sa.Integer),  # the version that it was made from; none for the first
    sa.Column("apply", sa.Integer, sa.ForeignKey("applies.number"), nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("path", sa.Text, nullable=False),  # of its file, relative, with slashes
    sa.Column("text", sa.Text, nullable=False),  # as it was written, to the byte
    sa.Column("canonical", sa.Text, nullable=False),  # the model as JSON with sorted keys, for other programs
    sa.ForeignKeyConstraint(["kind", "id"], ["documents.kind", "documents.id"]),
    sa.Index("versions_by_apply", "apply"),
)
