"""Sessions and their refresh tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SESSION_ID = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql")
_HASH = sa.LargeBinary(32).with_variant(mysql.BINARY(32), "mysql")
_TIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql")
_INNODB: dict[str, Any] = {  # Any: the dialects' own options
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", _SESSION_ID, nullable=False, comment="random, so that a token of one database fits no other"),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False, comment="when its newest refresh token does"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        **_INNODB,
    )
    op.create_index(op.f("sessions_by_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", _HASH, nullable=False, comment="SHA-256"),
        sa.Column("session_id", _SESSION_ID, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column(
            "is_used",
            sa.Boolean(),
            nullable=False,
            server_default="0",
            comment="used ones are kept until they expire, to know them again",
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("refresh_tokens_session_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
        **_INNODB,
    )
    op.create_index("refresh_tokens_by_session", "refresh_tokens", ["session_id", "expires_at"], unique=False)


def downgrade() -> None:
    for table in ("refresh_tokens", "sessions"):
        op.drop_table(table)
