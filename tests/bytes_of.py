"""Small files for the tests of documents."""

import struct
import zipfile
import zlib
from io import BytesIO


def png(width: int = 2, height: int = 2) -> bytes:
    """A whole picture; its declared size may be a lie."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data)
        )  # fmt: skip

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x1f\x5f\xc4" * 2) * 2)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))  # fmt: skip


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """The frame of a picture."""
    size = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + size + b"\xff\xda\x00\x02" + b"data" + b"\xff\xd9"


def webp() -> bytes:
    body = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 8, 8)
    return b"RIFF" + struct.pack("<I", len(body)) + body


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def archive(*names: str, first: bytes = b"") -> bytes:
    """An archive with these parts; ``first`` is the content of the first of them."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for at, name in enumerate(names):
            # Without the time of day: the bytes name the test, and workers compare the names.
            packed.writestr(zipfile.ZipInfo(name), first if at == 0 else b"x")
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
