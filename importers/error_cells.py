"""Cells that show #N/A, #REF! and the like. calamine reads them as blank; a person must be told."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

ErrorCells = dict[int, dict[int, str]]
"""Row number (from 1) → column (from 0) → the error as shown, «#N/A»."""

_TAG_OF_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_TAG_OF_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
_CELL = re.compile(
    rb"<c\s(?=[^>]*\st=[\"']e[\"'])(?:[^>]*\s)?r=[\"']([A-Z]{1,2})(\d{1,6})[\"'][^>]*>"
    rb"(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?<v>([^<]{1,20})</v>"
)


def find_error_cells(path: Path, sheet: str) -> ErrorCells:
    """The error cells of one sheet; the guard has bounded its size."""
    found: ErrorCells = {}
    with zipfile.ZipFile(path) as archive:
        part = sheet_part(archive, sheet)
        if part is None:
            return found
        for letters, row, text in _CELL.findall(archive.read(part)):
            found.setdefault(int(row), {})[_column(letters.decode())] = text.decode(
                errors="replace"
            )
    return found


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of the archive in which this sheet's cells stand."""
    workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in _TAG_OF_RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(tag))
        targets[attributes.get("Id")] = attributes.get("Target", "")
    for tag in _TAG_OF_SHEET.findall(workbook):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if _unescape(attributes.get("name", "")) == sheet:
            target = targets.get(attributes.get("r:id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _unescape(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
