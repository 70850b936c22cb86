"""XLS, XLSB and ODS for tests, written by hand: no library at hand writes them.

Cells: texts, numbers, booleans, dates (a day as a serial number with a date format), None.
"""

import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from html import escape
from io import BytesIO

Value = str | float | bool | date | None
Rows = Sequence[Sequence[Value]]

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_EPOCH = date(1899, 12, 30)


def compound(*names: str, content: bytes = b"") -> bytes:
    """An OLE file with these streams at its top; the content stands in the first."""
    content = content.ljust(4096, b"\0")  # shorter ones would stand in a stream of their own
    sectors = -(-len(content) // _SECTOR)
    content = content.ljust(sectors * _SECTOR, b"\0")
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    for number, name in enumerate(names, start=1):
        right = number + 1 if number < len(names) else _FREE
        first = number == 1
        entries.append(_entry(name, 2, right=right, start=0 if first else _END,
                              size=len(content) if first else 0))  # fmt: skip
    while len(entries) % 4:
        entries.append(_entry("", 0))
    directory = b"".join(entries)
    chains = [*range(1, sectors), _END]
    directory_at = len(chains)
    chains += [*range(directory_at + 1, directory_at + len(directory) // _SECTOR), _END]
    fat_sectors = -(-(len(chains) + 8) // 128)
    fat_at = len(chains)
    chains += [_FAT] * fat_sectors
    chains += [_FREE] * (fat_sectors * 128 - len(chains))
    fat = struct.pack(f"<{len(chains)}I", *chains)
    places = [*range(fat_at, fat_at + fat_sectors)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, directory_at, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *places, *[_FREE] * (109 - len(places)))
    return header + content + directory + fat


def _entry(name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0,
           size: int = 0) -> bytes:  # fmt: skip
    text = name.encode("utf-16-le")
    packed = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if name else 0, kind, 1)
    packed += struct.pack("<III", _FREE, right, child) + bytes(16 + 4 + 16)
    return packed + struct.pack("<IQ", start, size)


def xls(rows: Rows, *, sheet: str = "Лист1", is_1904: bool = False, has_password: bool = False,
        merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:  # fmt: skip
    """A BIFF8 workbook. ``merged``: (first row, last row, first column, last column), from 0."""
    name = sheet.encode("utf-16-le")
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0x7CC, 0, 6))
    if has_password:
        start += _biff(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    start += _biff(0x42, struct.pack("<H", 1200)) + _biff(0x22, struct.pack("<H", is_1904))
    start += b"".join(_biff(0xE0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 14))
    size = len(start) + 4 + 8 + len(name) + 4
    start += _biff(0x85, struct.pack("<IBBBB", size, 0, 0, len(sheet), 1) + name) + _biff(0x0A, b"")
    body = [_biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0x7CC, 0, 6))]
    width = max(map(len, rows), default=0)
    body.append(_biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            body.append(_xls_cell(row, column, value, is_1904=is_1904))
    if merged:
        areas = b"".join(struct.pack("<HHHH", *area) for area in merged)
        body.append(_biff(0xE5, struct.pack("<H", len(merged)) + areas))
    body.append(_biff(0x0A, b""))
    return compound("Workbook", content=start + b"".join(body))


def _biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _xls_cell(row: int, column: int, value: Value, *, is_1904: bool) -> bytes:
    at = struct.pack("<HHH", row, column, isinstance(value, date))
    if value is None or value == "":
        return b""
    if isinstance(value, bool):
        return _biff(0x205, at + struct.pack("<BB", value, 0))
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return _biff(0x204, at + struct.pack("<HB", len(text) // 2, 1) + text)
    return _biff(0x203, at + struct.pack("<d", _serial(value, is_1904=is_1904)))


def _serial(value: float | date, *, is_1904: bool = False) -> float:
    if isinstance(value, date):
        return float((value - _EPOCH).days - (1462 if is_1904 else 0))
    return float(value)


_XLSB_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" '
    'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
)


def xlsb(rows: Rows, *, sheet: str = "Лист1", last_cell: tuple[int, int] | None = None) -> bytes:
    """A binary workbook. ``last_cell``: a number in this far cell as well."""
    book = (
        _brt(131) + _brt(143) + _brt(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(sheet))
    )
    book += _brt(144) + _brt(132)
    width = max(map(len, rows), default=1)
    last_row, last_column = last_cell or (len(rows) - 1, width - 1)
    cells = [_brt(129), _brt(148, struct.pack("<IIII", 0, last_row, 0, last_column)), _brt(145)]
    for row, values in enumerate(rows):
        cells.append(_row_header(row))
        cells += [_xlsb_cell(column, value) for column, value in enumerate(values)]
    if last_cell is not None:
        cells += [_row_header(last_cell[0]), _xlsb_cell(last_cell[1], 1.0)]
    sheet_bytes = b"".join([*cells, _brt(146), _brt(130)])
    return packed(
        {
            "[Content_Types].xml": _XLSB_TYPES,
            "_rels/.rels": _RELATIONS.format(
                type=f"{_OFFICE}/officeDocument", target="xl/workbook.bin"
            ),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": _RELATIONS.format(
                type=f"{_OFFICE}/worksheet", target="worksheets/sheet1.bin"
            ),
            "xl/styles.bin": _styles(),
            "xl/worksheets/sheet1.bin": sheet_bytes,
        }
    )


def _styles() -> bytes:
    """Two cell formats: a plain one and a date."""
    forms = [struct.pack("<HHHHHBBH", 0xFFFF, form, 0, 0, 0, 0, 0, 0) + b"\0\0" for form in (0, 14)]
    records = [_brt(278), _brt(617, struct.pack("<I", 2)), *(_brt(47, form) for form in forms)]
    return b"".join([*records, _brt(618), _brt(279)])


def _brt(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(data)
    while True:
        length, part = length >> 7, length & 0x7F
        size += bytes([part | (0x80 if length else 0)])
        if not length:
            return head + size + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _row_header(row: int) -> bytes:
    return _brt(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0))


def _xlsb_cell(column: int, value: Value) -> bytes:
    if value is None or value == "":
        return b""
    at = struct.pack("<II", column, isinstance(value, date))
    if isinstance(value, bool):
        return _brt(4, at + bytes([value]))
    if isinstance(value, str):
        return _brt(6, at + _wide(value))
    return _brt(5, at + struct.pack("<d", _serial(value)))


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("office", "table", "text")
)
BLANK_REST = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
"""How LibreOffice ends every sheet."""


def ods(rows: Rows, *, before: str = "", after: str = BLANK_REST, is_encrypted: bool = False,
        declaration: str = "") -> bytes:  # fmt: skip
    """A workbook of LibreOffice. ``before``, ``after``: more rows as XML."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"
                   for row in rows)  # fmt: skip
    manifest = "<manifest:encryption-data/>" if is_encrypted else ""
    return packed(
        {
            "mimetype": _ODS,
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?>{declaration}'
            f"<office:document-content {_NAMESPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="Лист1">{before}{body}{after}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest:manifest xmlns:manifest="
            f'"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
            "</manifest:manifest>",
        }
    )


def _ods_cell(value: Value) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, bool):
        told = str(value).lower()
        kind, shown = f'"boolean" office:boolean-value="{told}"', told
    elif isinstance(value, str):
        kind, shown = '"string"', escape(value)
    elif isinstance(value, date):
        kind, shown = f'"date" office:date-value="{value.isoformat()}"', f"{value:%d.%m.%y}"
    else:
        kind, shown = f'"float" office:value="{value}"', str(value)
    return f"<table:table-cell office:value-type={kind}><text:p>{shown}</text:p></table:table-cell>"


def packed(parts: dict[str, str | bytes]) -> bytes:
    """An archive of these parts, the same bytes whenever it is written."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return target.getvalue()
