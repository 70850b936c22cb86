"""Two cards of one client that were merged, and what the merge changed, row by row."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.clients.models import Client


class ClientMerge(Base):
    """One merge: the double's belongings went to the kept client, until it is undone."""

    __tablename__ = "client_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey(Client.id), index=True)
    double_id: Mapped[int] = mapped_column(ForeignKey(Client.id), index=True)
    merged_by: Mapped[str]
    """An actor key."""
    merged_at: Mapped[datetime]
    journal_id: Mapped[int] = mapped_column(default=0)
    """The newest journal row when it was done: a newer one says what people did since."""
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many rows of the double it gave to the kept client, by table."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    came_back: Mapped[int | None]
    """How many changed rows the undo put back as they were."""
    stayed: Mapped[int | None]
    """How many it left, because something was done with them since."""


class ClientMergeMove(Base):
    """A row that the merge changed, its columns before and after: ``directory.clients.merge_rows``.

    ``was`` None: the merge made the row; ``became`` None: it took the row away.
    """

    __tablename__ = "client_merge_moves"
    __table_args__ = (Index("ix_client_merge_moves_merge", "merge_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(ForeignKey(ClientMerge.id, ondelete="CASCADE"))
    table_name: Mapped[str]
    row_key: Mapped[list[Any]]
    """The values of its primary key."""
    was: Mapped[dict[str, Any] | None]
    became: Mapped[dict[str, Any] | None]
