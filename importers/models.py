"""A file that somebody loaded, and its rows with what became of each (rule 20)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit


class ImportedFile(Base):
    """A file as it was read; the same content for the same unit and format is the same file."""

    __tablename__ = "imported_files"
    __table_args__ = (UniqueConstraint("unit_id", "format", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str]
    """Code of ``importers.formats.catalogue.FORMATS``."""
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    name: Mapped[str]
    sha256: Mapped[str]
    """Of the content; where another sheet was asked for, of the content and the sheet's name."""
    header: Mapped[list[Any]]
    columns: Mapped[list[Any]] = mapped_column(server_default="[]")
    """What each column means and how that is known: ``importers.kept_columns``."""
    sheet: Mapped[str] = mapped_column(server_default="")
    """The sheet that was read; empty: the file has none, or it was loaded before they were told."""
    place: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Where the table was found, and the other sheets: ``importers.places.Place`` as JSON."""
    skipped: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Lines that are no data, by the names of ``importers.problems.Skipped``."""
    added: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What its formings made of the directory, as ``LoadBatch.added``."""
    loaded_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    loaded_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]
    """When its personal data was removed: the cells and readings of its rows."""


class ImportMapping(Base):
    """What the columns of such a file mean, as somebody said; units below share it."""

    __tablename__ = "import_mappings"
    __table_args__ = (UniqueConstraint("unit_id", "format", "signature"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    format: Mapped[str]
    signature: Mapped[str]
    """Of the normalised headings, in their order: ``importers.mappings.signature_of``."""
    columns: Mapped[list[Any]]
    """Per column the code of its field; None: it is not loaded."""
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    """Of work orders: the workshop of rows that name none; None: nobody has said one."""
    by: Mapped[str]
    """Key of the actor."""
    at: Mapped[datetime]


class RowFate(StrEnum):
    """What will happen (or happened) to a row."""

    NEW_CLIENT = "new_client"
    FOUND_BY_KEY = "found_by_key"
    FOUND_BY_VIN = "found_by_vin"
    FOUND_BY_PHONE = "found_by_phone"
    DUPLICATE = "duplicate"
    """The same client and asset as an earlier row of the file."""
    REJECTED = "rejected"


class ImportedRow(Base):
    """One row of a file: its cells, its reading, its problems, whom it concerns."""

    __tablename__ = "imported_rows"
    __table_args__ = (Index("uq_imported_rows_file", "file_id", "row_no", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey(ImportedFile.id))
    row_no: Mapped[int]
    cells: Mapped[list[Any]]
    reading: Mapped[dict[str, Any]]
    """The typed values of ``importers.rows.LeadRow`` as JSON."""
    problems: Mapped[list[Any]]
    fate: Mapped[RowFate]
    duplicate_of: Mapped[int | None]
    """The row number of the earlier row."""
    client_id: Mapped[int | None] = mapped_column(ForeignKey(Client.id), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id), index=True)
    formed_at: Mapped[datetime | None]
    """When a task was formed from it (or it was found to be in work already)."""


class RowChoice(Base):
    """What a person has ticked in a file and not used yet: reloading the page keeps it."""

    __tablename__ = "imported_row_choices"

    file_id: Mapped[int] = mapped_column(ForeignKey(ImportedFile.id), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    scope: Mapped[str]
    """The filter whose rows are all meant; empty: none."""
    ticked: Mapped[list[Any]]
    excluded: Mapped[list[Any]]
    """Row ids unticked again out of the scope."""
