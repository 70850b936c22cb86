"""Hostile and broken uploads end as ``FileRefused`` and as nothing else (promises P21, P22)."""

import io
import random
import signal
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.child import ChildLimits, ParsingChild
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.guard import Limits, inspect_workbook
from importers.problems import FileProblem, FileRefused
from importers.rows import read_leads
from tests.old_workbooks import compound

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def good_bytes() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ФИО", "Телефон"])
    sheet.append(["Иванов Иван", "89161234567"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GOOD = good_bytes()


def rewritten(path: Path, changed: dict[str, str | bytes], *, source: bytes = GOOD) -> Path:
    """The good workbook with some parts changed or added."""
    with (
        zipfile.ZipFile(io.BytesIO(source)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename not in changed:
                new.writestr(info.filename, old.read(info))
        for name, content in changed.items():
            new.writestr(name, content)
    return path


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def refusal(path: Path) -> FileProblem:
    with pytest.raises(FileRefused) as refused:
        read_leads(path, MAINTENANCE_DUE)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", FileProblem.EMPTY_FILE),
        ("ФИО;Телефон\n".encode(), FileProblem.NO_ROWS),
        (b"%PDF-1.7", FileProblem.PDF),
        (b"\x89PNG\r\n\x1a\n", FileProblem.PICTURE),
        (b"<html><p>1</p></html>", FileProblem.PAGE_WITHOUT_TABLE),
        (b"Rar!\x1a\x07\x00", FileProblem.ARCHIVE),
        (b"{\\rtf1 text}", FileProblem.DOCUMENT),
        (bytes(range(256)) * 4, FileProblem.NOT_A_WORKBOOK),
        (b"PK\x03\x04 and then nothing", FileProblem.DAMAGED),
        (GOOD[: len(GOOD) // 2], FileProblem.DAMAGED),
        (compound("EncryptedPackage"), FileProblem.ENCRYPTED),
        (compound("WordDocument"), FileProblem.DOCUMENT),
        (compound("Workbook"), FileProblem.NO_ROWS),
        (compound("Workbook")[:600], FileProblem.DAMAGED),
    ],
)
def test_what_is_no_workbook_is_told_by_its_content(
    tmp_path: Path, content: bytes, code: FileProblem
) -> None:
    path = tmp_path / "looks-fine.xlsx"
    path.write_bytes(content)
    assert refusal(path) is code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('<row r="1"><c r="XFD1048576"/></row>', FileProblem.TOO_MANY_COLUMNS),
        ('<row r="1"><c s="1" r="KO1"/></row>', FileProblem.TOO_MANY_COLUMNS),
        ('<row r="1"><c r="ZZZ1"/></row>', FileProblem.TOO_MANY_COLUMNS),
        ('<row r="1048577"/>', FileProblem.TOO_MANY_ROWS),
        ('<row r="999999999"/>', FileProblem.TOO_MANY_ROWS),
        ("<row r = '999999999'/>", FileProblem.TOO_MANY_ROWS),
        ('<row\nr="1"><c\nr="xfd1"/></row>', FileProblem.TOO_MANY_COLUMNS),
        ("<row/>" * 1_048_577, FileProblem.TOO_MANY_ROWS),
    ],
)
def test_far_cells_are_refused_before_any_parser(
    tmp_path: Path, cell: str, code: FileProblem
) -> None:
    path = rewritten(tmp_path / "far.xlsx", {SHEET: sheet_of(cell)})
    with pytest.raises(FileRefused) as refused:
        inspect_workbook(path)
    assert refused.value.code is code


def test_the_last_allowed_cell_passes_and_so_does_such_a_text(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="KN1048576" t="str"><v>a r="XFD1048576" b</v></c></row>'
    inspect_workbook(rewritten(tmp_path / "edge.xlsx", {SHEET: sheet_of(rows)}))


def test_lying_dimensions_and_a_giant_merge_are_harmless(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheet = archive.read(SHEET).decode()
    sheet = sheet.replace('<dimension ref="A1:B2"', '<dimension ref="A1:XFD1048576"')
    merge = '</sheetData><mergeCells count="1"><mergeCell ref="D1:ZZ20000"/></mergeCells>'
    path = rewritten(tmp_path / "lying.xlsx", {SHEET: sheet.replace("</sheetData>", merge)})
    assert len(read_leads(path, MAINTENANCE_DUE).rows) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({SHEET: f"<!DOCTYPE a [<!ENTITY b 'c'>]>{sheet_of('')}"}, FileProblem.FORBIDDEN_MARKUP),
        ({SHEET: sheet_of("").encode("utf-16")}, FileProblem.FORBIDDEN_MARKUP),
        ({"../outside.xml": "<a/>"}, FileProblem.UNSAFE_NAMES),
        ({"/etc/passwd": "x"}, FileProblem.UNSAFE_NAMES),
        ({"XL/WORKBOOK.XML": "<a/>"}, FileProblem.UNSAFE_NAMES),
        ({f"part{n}.txt": "" for n in range(2_000)}, FileProblem.TOO_MANY_PARTS),
        ({"xl/media/a.bin": bytes(9 << 20)}, FileProblem.PACKED_TOO_TIGHTLY),
    ],
)
def test_hostile_archives_are_refused(
    tmp_path: Path, changed: dict[str, str | bytes], code: FileProblem
) -> None:
    path = rewritten(tmp_path / "hostile.xlsx", changed)
    assert refusal(path) is code


def test_a_symbolic_link_inside_is_refused(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "link.xlsx", {})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(path) is FileProblem.UNSAFE_NAMES


def test_sizes_are_limited_packed_and_unpacked(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "size.xlsx", {"xl/a.bin": random.Random(1).randbytes(200_000)})
    for limits, code in (
        (Limits(file_size=100_000), FileProblem.TOO_LARGE),
        (Limits(unpacked_size=100_000), FileProblem.UNPACKED_TOO_LARGE),
    ):
        with pytest.raises(FileRefused) as refused:
            inspect_workbook(path, limits)
        assert refused.value.code is code


def test_other_packages_are_not_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(path) is FileProblem.DOCUMENT
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert refusal(path) is FileProblem.ARCHIVE
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    assert refusal(path) is FileProblem.NO_WORKSHEET


@pytest.mark.skipif(sys.platform == "win32", reason="no memory limits there")
def test_a_child_that_is_killed_by_its_limits_is_a_refusal(tmp_path: Path) -> None:
    # What the guard refuses, given to the child all the same: 549 GB asked for in one piece.
    rows = "".join(f'<row><c r="{cell}"><v>1</v></c></row>' for cell in ("A1", "XFD1048576"))
    path = rewritten(tmp_path / "corners.xlsx", {SHEET: sheet_of(rows)})
    with pytest.raises(FileRefused) as refused, ParsingChild(path) as child:
        list(child.messages())
    assert refused.value.code is FileProblem.TOO_MUCH_MEMORY


def test_a_child_out_of_time_is_killed(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "slow.xlsx", {})
    with (
        pytest.raises(FileRefused) as refused,
        ParsingChild(path, ChildLimits(wall_seconds=0.001)) as child,
    ):
        list(child.messages())
    assert refused.value.code is FileProblem.TOOK_TOO_LONG
    assert child._process.wait(timeout=10) == -signal.SIGKILL


def test_mutated_workbooks_never_raise_anything_else(tmp_path: Path) -> None:
    rng, path = random.Random(7), tmp_path / "mutated.xlsx"
    for _ in range(400):
        content = bytearray(GOOD)
        for _ in range(rng.randrange(1, 20)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content)
        try:
            inspect_workbook(path)
        except FileRefused:
            continue


def test_markup_that_is_no_workbook_ends_in_the_child(tmp_path: Path) -> None:
    for part in (SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        path = rewritten(tmp_path / "torn.xlsx", {part: "<worksheet><sheetData><row"})
        assert refusal(path) in (FileProblem.DAMAGED, FileProblem.NO_ROWS)
