"""The committed samples are what the script writes, and what a reader must cope with."""

from collections import Counter
from pathlib import Path

import pytest

from directory.assets.vin import read_vin
from directory.clients.phones import normalise_phone
from entrypoints.demo.identities import (
    DEMO_CLIENTS,
    sample_person,
    sample_phone,
    sample_vehicle,
    sample_vin,
)
from importers.formats.catalogue import LEAD_FORMATS
from importers.problems import FileProblem, FileRefused, RowProblemCode
from importers.rows import ReadResult, duplicate_key, read_leads
from scripts.make_samples import write_bad_files, write_lost_clients, write_maintenance_due

SAMPLES = Path(__file__).parents[2] / "samples"


def read(name: str, code: str = "maintenance-due") -> ReadResult:
    return read_leads(SAMPLES / name, LEAD_FORMATS[code])


@pytest.mark.parametrize(
    ("name", "code", "count"),
    [
        ("to-2026-11.xlsx", "maintenance-due", 118),
        ("lost-2026-11.xlsx", "lost-clients", 80),
    ],
)
def test_every_row_of_a_sample_is_read_and_half_are_demo_clients(
    name: str, code: str, count: int
) -> None:
    result = read(name, code)
    known = {sample_phone(n) for n in range(DEMO_CLIENTS)}
    demo_vins = {sample_vin(n) for n in range(DEMO_CLIENTS)}
    assert len(result.rows) == count
    assert not any(row.is_rejected for row in result.rows)
    assert result.skipped.totals == 1
    known_rows = [
        row
        for row in result.rows
        if row.vin in demo_vins or known & {phone.e164 for phone in row.phones}
    ]
    assert count * 0.4 < len(known_rows) < count * 0.6
    keys = Counter(duplicate_key(row) for row in result.rows)
    assert [seen for seen in keys.values() if seen > 1] == [2]  # one client stands there twice


def test_dates_and_formulas_of_the_sample_are_all_days() -> None:
    rows = read("to-2026-11.xlsx").rows
    assert all(row.planned_on is not None and row.planned_on.year == 2026 for row in rows)
    assert all(row.last_visit_on is not None and row.mileage_km for row in rows)
    assert {w.code for row in rows for w in row.warnings} == {RowProblemCode.VIN_MENDED}
    assert {row.kind for row in rows} == {"person", "legal_entity", "sole_proprietor"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vin-16-characters.xlsx", RowProblemCode.VIN_WRONG_LENGTH),
        ("phones-5-digits.xlsx", RowProblemCode.PHONE_TOO_SHORT),
    ],
)
def test_a_bad_sample_is_rejected_row_by_row(name: str, code: RowProblemCode) -> None:
    for row in read(f"bad/{name}").rows:
        assert [problem.code for problem in row.problems] == [
            code,
            RowProblemCode.NO_PHONE_AND_NO_VIN,
        ]


def test_an_impossible_date_is_told_and_the_client_kept() -> None:
    for row in read("bad/date-31-02.xlsx").rows:
        assert not row.is_rejected
        assert [(w.code, w.value) for w in row.warnings] == [
            (RowProblemCode.NO_SUCH_DATE, "31.02.2026")
        ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing-columns.xlsx", FileProblem.MISSING_COLUMNS),
        ("encrypted.xlsx", FileProblem.ENCRYPTED),
        ("empty-sheet.xlsx", FileProblem.NO_ROWS),
    ],
)
def test_a_bad_sample_is_refused_as_a_whole(name: str, code: FileProblem) -> None:
    with pytest.raises(FileRefused) as refused:
        read(f"bad/{name}")
    assert refused.value.code is code


def test_the_script_writes_exactly_the_committed_bytes(tmp_path: Path) -> None:
    write_maintenance_due(tmp_path / "to-2026-11.xlsx", 2026, 0.5)
    write_lost_clients(tmp_path / "lost-2026-11.xlsx", 2027, 0.5)
    (tmp_path / "bad").mkdir()
    write_bad_files(tmp_path / "bad")
    written = sorted(path for path in tmp_path.rglob("*.xlsx"))
    assert len(written) == len(list(SAMPLES.rglob("*.xlsx")))
    for path in written:
        assert path.read_bytes() == (SAMPLES / path.relative_to(tmp_path)).read_bytes(), path.name


def test_demo_identities_are_valid_and_never_meet() -> None:
    numbers = range(3_000)
    assert len({sample_phone(n) for n in numbers}) == len({sample_vin(n) for n in numbers}) == 3_000
    for n in range(0, 3_000, 50):
        assert read_vin(sample_vin(n)).vin == sample_vin(n)
        assert normalise_phone(sample_phone(n)).numbers[0].e164 == sample_phone(n)
        assert sample_vehicle(n).vin == sample_vin(n)
        assert sample_person(n) == sample_person(n)
