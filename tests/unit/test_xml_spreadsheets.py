"""«Таблица XML 2003» as .NET, PHP and 1C write it: times, gaps, and declarations that are wrong."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from importers.file_kinds import FileKind, kind_of
from importers.headings import Cell
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningRows
from importers.xml_spreadsheets import read_sheet

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
BOOK = (
    '<Workbook xmlns="{ns}" xmlns:ss="{ns}"><Worksheet ss:Name="Л"><Table>{rows}</Table>'
    "</Worksheet></Workbook>"
)


def book(rows: str) -> str:
    return BOOK.format(ns=NAMESPACE, rows=rows)


def cell(text: str, kind: str = "String", told: str = "") -> str:
    return f'<Cell {told}><Data ss:Type="{kind}">{text}</Data></Cell>'


def read(path: Path, content: bytes) -> list[list[Cell]]:
    path.write_bytes(content)
    assert kind_of(path) is FileKind.XML_SPREADSHEET
    return list(read_sheet(path, 0, SpanningRows()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xml"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("DateTime", "2026-11-15T08:59:00.000", datetime.fromisoformat("2026-11-15T08:59")),
        ("DateTime", "2026-11-15T00:00:00Z", datetime.fromisoformat("2026-11-15")),
        ("DateTime", "1899-12-31T09:05:00.000", time(9, 5)),
        ("DateTime", "1900-01-01T02:15:00.000", timedelta(hours=26, minutes=15)),
        ("DateTime", "1900-02-01T00:00:00.000", datetime.fromisoformat("1900-02-01")),
        ("Boolean", "1", True), ("Boolean", "true", "true"), ("Number", "INF", "INF"),
    ],
)  # fmt: skip
def test_values_are_what_excel_shows(path: Path, kind: str, text: str, value: Cell) -> None:
    [[read_value]] = read(path, book(f"<Row>{cell(text, kind)}</Row>").encode())
    assert read_value == value and type(read_value) is type(value)


def test_a_cell_named_by_its_column_stands_there_though_another_reaches_into_it(path: Path) -> None:
    first = cell("ФИО", told='ss:MergeDown="1"') + cell("Тел", told='ss:MergeAcross="1"')
    second = '<Cell ss:Index="1"/>' + cell("дом") + cell("моб")
    rows = read(path, book(f"<Row>{first}</Row><Row>{second}</Row>").encode())
    assert rows[1] == ["", "дом", "моб"]


@pytest.mark.parametrize(
    ("declared", "written"),
    [("utf-16", "utf-8"), ("utf8", "utf-8"), ("windows-1251", "utf-8"), ("utf-8", "utf-8-sig"),
     ("windows-1251", "cp1251"), ("utf-8", "cp1251"), ("koi8-r", "koi8-r"), ("utf-16", "utf-16"),
     ("zlib", "utf-8"), ("idna", "cp1251")],
)  # fmt: skip
def test_the_bytes_are_believed_more_than_the_declaration(
    path: Path, declared: str, written: str
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + book(
        f"<Row>{cell('Иванов Пётр')}</Row>"
    )
    assert read(path, text.encode(written)) == [["Иванов Пётр"]]
    blank = b"" if written.startswith("utf-16") or written.endswith("sig") else b"\r\n\n"
    assert read(path, blank + text.encode(written)) == [["Иванов Пётр"]]


def test_what_only_names_the_spreadsheet_is_none(path: Path) -> None:
    path.write_text(f'<?xml version="1.0"?><xsl:stylesheet xmlns:ss="{NAMESPACE}"/>')
    with pytest.raises(FileRefused) as refused:
        kind_of(path)
    assert refused.value.code is FileProblem.XML_DATA
