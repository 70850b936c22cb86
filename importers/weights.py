"""How large a file is: whether somebody waits while it is read, or the background reads it (A8)."""

from __future__ import annotations

from pathlib import Path

from importers.guard import Limits, check_container

AT_ONCE = 4 << 20
"""Bytes of content, unpacked, that are read while the person waits: two or three seconds."""


def is_read_at_once(path: Path, limits: Limits | None = None) -> bool:
    """Whether the file is small enough. Raises FileRefused for one that no parser may see."""
    return check_container(path, limits).unpacked_size <= AT_ONCE
