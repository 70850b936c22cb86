"""The folder of documents: every content once, under its hash; names of people's files are no
paths. What no row needs any more is swept away.
"""

import os
import re
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select

from core.clock import Clock
from core.db import Database
from worklists.card.models import Document

GRACE = timedelta(days=1)
"""A file younger than this may belong to an upload that is not committed yet."""
_HASH = re.compile(r"[0-9a-f]{64}")
_BATCH = 500


def store(folder: Path, content: bytes) -> str:
    """Keep the content and return its hash; nothing half-written ever has that name."""
    digest = sha256(content).hexdigest()
    path = path_of(folder, digest)
    if path.exists():
        os.utime(path)  # the sweep's grace begins anew
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest


def path_of(folder: Path, digest: str) -> Path:
    """Where the content of this hash is kept. Raises ValueError for what is no hash."""
    if not _HASH.fullmatch(digest):
        raise ValueError("not a content hash")
    return folder / digest[:2] / digest


def read(folder: Path, digest: str) -> bytes | None:
    """The content, or None when it is gone or is not what its name says."""
    try:
        content = path_of(folder, digest).read_bytes()
    except FileNotFoundError:
        return None
    return content if sha256(content).hexdigest() == digest else None


def sweep_orphans(database: Database, clock: Clock, *, folder: Path) -> int:
    """Delete old files that no document needs; returns how many."""
    if not folder.is_dir():
        return 0
    removed, batch = 0, []
    for path in folder.glob("*/*"):
        batch.append(path)
        if len(batch) == _BATCH:
            removed += _sweep(database, clock, batch)
            batch = []
    return removed + _sweep(database, clock, batch)


def _sweep(database: Database, clock: Clock, paths: list[Path]) -> int:
    """On SQLite the writing transaction also keeps uploads out until the files are gone."""
    if not paths:
        return 0
    removed = 0
    with database.unit_of_work() as session:
        before = clock(session) - GRACE
        needed = set(
            session.scalars(
                select(Document.sha256).where(
                    Document.sha256.in_([path.name for path in paths]),
                    Document.deleted_at.is_(None),
                )
            )
        )
        for path in paths:
            if path.name not in needed and _changed(path) < before:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
