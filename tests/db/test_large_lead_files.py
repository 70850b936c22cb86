"""A large file of clients to call is kept as a small one is: only the memory differs (A8)."""

import random
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.assets.models import Asset, Ownership
from importers.fields import Field
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.kept_columns import columns_of
from importers.loading import load_file
from importers.models import ImportedFile, ImportedRow
from importers.remapping import remap_file
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import write_file


def _people(seed: int) -> list[tuple[str, ...]]:
    """Rows of which many share a phone, a VIN, or a client that is known by different keys."""
    chance = random.Random(seed)
    rows = []
    for _ in range(120):
        number = chance.randrange(40)
        other = chance.randrange(40)
        rows.append((
            f"Клиент{number} Иван", "" if chance.random() < 0.2 else f"8 916 000-00-{number:02d}",
            "" if chance.random() < 0.4 else f"XTA219012345678{other:02d}",
            "" if chance.random() < 0.5 else f"А{other:03d}ВС77", "LADA", "Vesta", "", "",
            str(number * 100),
        ))  # fmt: skip
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_rows_are_judged_as_few_are(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    given = Given(session)
    given.catalogue()
    unit = given.unit()
    actor = given.manager(unit)
    for number in range(0, 40, 7):
        client = given.client(f"Клиент{number} Иван", unit=unit, phone=f"+79160000{number:03d}0")
        asset = Asset(vin=f"XTA219012345678{number:02d}", make="", model="", created_at=NOON,
                      kind="vehicle", is_confirmed=True)  # fmt: skip
        session.add(asset)
        session.flush()
        session.add(Ownership(asset_id=asset.id, client_id=client.id))
    session.flush()
    path = write_file(tmp_path / "list.xlsx", *_people(seed))

    def kept() -> tuple[ImportedFile, list[tuple[object, ...]]]:
        file = load_file(
            session, path, name="x", fmt=MAINTENANCE_DUE, unit_id=unit.id, actor=actor, now=NOON
        )
        return file, judged(file)

    def judged(file: ImportedFile) -> list[tuple[object, ...]]:
        session.expire_all()
        rows = session.scalars(
            select(ImportedRow).where(ImportedRow.file_id == file.id).order_by(ImportedRow.row_no)
        )
        return [
            (row.row_no, row.cells, row.reading, row.problems, row.fate, row.duplicate_of,
             row.client_id, row.asset_id)
            for row in rows
        ]  # fmt: skip

    few, expected = kept()
    few.sha256 = "another"
    session.flush()
    monkeypatch.setattr("importers.lead_rows.FEW", 10)
    monkeypatch.setattr("importers.lead_rows.CHUNK", 7)
    many, found = kept()
    assert many.id != few.id and found == expected
    assert len({row[4] for row in found}) > 2
    # What a person says of the columns is read anew in the same way.
    said = [None if c.field is Field.PHONE else c.field for c in columns_of(many)]
    remap_file(session, many.id, said, actor=actor, now=NOON)
    monkeypatch.setattr("importers.lead_rows.FEW", 1_000)
    remap_file(session, few.id, said, actor=actor, now=NOON)
    assert judged(many) == judged(few) != expected
