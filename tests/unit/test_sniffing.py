"""What an uploaded document is, by its bytes."""

import pytest

from tests.bytes_of import DOCX, PDF, archive, jpeg, png, webp
from worklists.card.documents import plain_name
from worklists.card.models import DocumentKind
from worklists.card.sniffing import kind_of

ODT = b"application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), DocumentKind.PNG),
        (jpeg(), DocumentKind.JPEG),
        (webp(), DocumentKind.WEBP),
        (PDF, DocumentKind.PDF),
        (DOCX, DocumentKind.DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), DocumentKind.XLSX),
        (archive("mimetype", "content.xml", first=ODT), DocumentKind.ODT),
        ("Клиент просил перезвонить\n".encode(), DocumentKind.TEXT),
        ("Клиент просил перезвонить; 3 < 5\n".encode("cp1251"), DocumentKind.TEXT),
    ],
)
def test_a_kind_of_the_list_is_known(content: bytes, kind: DocumentKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"hello\n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><html/>",
        b"\xef\xbb\xbf<html>",
        b"GIF89a" + b"\0" * 20,
        b"MZ\x90\0\x03",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        png() + b"<script>alert(1)</script>",
        png()[:-8],
        png(60_000, 60_000),
        jpeg(30_000, 30_000),
        jpeg()[:-2],
        webp() + b"more behind the end",
        b"%PDF-1.4 without an end",
        archive("evil.exe"),
        archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        archive("[Content_Types].xml", "word/document.xml", "../evil"),
        archive("mimetype", "content.xml", "Basic/script.xml", first=ODT),
        DOCX[:40],
        b"PK\x03\x04" + b"\xff" * 100,
        bytes(range(256)),
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("..\\..\\windows\\акт.pdf", "акт.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.exe"),
        ("", "document"),
        ("..", "document"),
        ("я" * 300 + ".pdf", "я" * 116 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_a_text(typed: str, kept: str) -> None:
    assert plain_name(typed) == kept
