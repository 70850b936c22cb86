"""``python -m tests.chaos.fuzzing FIRST LAST FOLDER``: read mutated files of every kind.

In a process of its own: what the system tells of a child's memory includes that of the process that
started it. The seed is fixed: a number names its file again.
"""

import io
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from importers.child import ChildLimits
from importers.file_kinds import FileKind, kind_of
from importers.guard import Limits
from importers.problems import FileRefused
from importers.tables import read_table
from tests.corpus.cases import CASES, HEADINGS, IVANOV, PETROV
from tests.corpus.catalogue import MODULES
from tests.old_workbooks import ods, xls, xlsb

LIMITS = ChildLimits(wall_seconds=20, cpu_seconds=10, memory=512 << 20, answer_size=256 << 20)
MOST_SECONDS = LIMITS.wall_seconds + 10
ROWS = ((*HEADINGS, "План ТО"), *[(*IVANOV, date(2026, 11, 15)), (*PETROV, 45_000.5)] * 20)
Mutation = Callable[[random.Random, bytes, list[bytes]], bytes]


def originals(folder: Path) -> dict[FileKind, list[bytes]]:
    """Good files by kind: of the corpus, and of the kinds that are written by hand."""
    assert MODULES
    found: dict[FileKind, list[bytes]] = {kind: [] for kind in FileKind}
    found[FileKind.XLS].append(xls(ROWS, merged=[(3, 4, 0, 1)]))
    found[FileKind.XLSB].append(xlsb(ROWS))
    found[FileKind.ODS].append(ods(ROWS))
    for case in CASES:
        if case.refusal is None:
            path = case.write(folder)
            found[kind_of(path)].append(path.read_bytes())
            path.unlink()
    assert all(found.values())
    return found


def flipped(rng: random.Random, content: bytes, _others: list[bytes]) -> bytes:
    """Some bytes are others."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 10, 100))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncated(rng: random.Random, content: bytes, _others: list[bytes]) -> bytes:
    """The end is missing, or a piece in the middle."""
    start = rng.randrange(len(content))
    return content[:start] + content[start + rng.choice((1, 100, len(content))) :]


def spliced(rng: random.Random, content: bytes, others: list[bytes]) -> bytes:
    """A piece of another file stands in it."""
    other = rng.choice(others)
    at, start = rng.randrange(len(content)), rng.randrange(len(other))
    piece = other[start : start + rng.choice((4, 64, 4096))]
    return content[:at] + piece + content[at + rng.choice((0, len(piece))) :]


def renumbered(rng: random.Random, content: bytes, others: list[bytes]) -> bytes:
    """A number inside is huge, negative or gone: addresses, sizes, counts."""
    return _inside(rng, content, others, _other_number)


def unmarked(rng: random.Random, content: bytes, others: list[bytes]) -> bytes:
    """Inside, a tag or an attribute stands twice, or is gone."""
    return _inside(rng, content, others, _other_tag)


def mutated_inside(rng: random.Random, content: bytes, others: list[bytes]) -> bytes:
    """A part of the archive is mutated; the archive itself stays whole."""
    return _inside(rng, content, others, rng.choice((flipped, truncated, spliced)))


def _inside(rng: random.Random, content: bytes, others: list[bytes], mutate: Mutation) -> bytes:
    if not content.startswith(b"PK"):
        return mutate(rng, content, others)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        chosen = rng.choice([info for info in old.infolist() if info.file_size])
        for info in old.infolist():
            part = old.read(info)
            if info is chosen:
                part = mutate(rng, part, others)
            new.writestr(info.filename, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _other_number(rng: random.Random, content: bytes, _others: list[bytes]) -> bytes:
    numbers = list(re.finditer(rb"\d+", content))
    if not numbers:
        return content
    number = rng.choice(numbers)
    other = rng.choice((b"0", b"-1", b"99999999", b"4294967295", b"1e308", b"", b"1048576"))
    return content[: number.start()] + other + content[number.end() :]


def _other_tag(rng: random.Random, content: bytes, _others: list[bytes]) -> bytes:
    tags = list(re.finditer(rb"<[^>]{1,200}>|\w+=\"[^\"]*\"|[;,\t\n\"]", content))
    if not tags:
        return content
    tag = rng.choice(tags)
    return content[: tag.start()] + tag[0] * rng.choice((0, 2, 50)) + content[tag.end() :]


MUTATIONS: tuple[Mutation, ...] = (
    flipped, truncated, spliced, renumbered, unmarked, mutated_inside
)  # fmt: skip


def outcome(path: Path) -> str:
    """«read» or the code of the refusal; anything else that is raised fails the test."""
    try:
        with read_table(path, limits=Limits(unpacked_size=64 << 20), child_limits=LIMITS) as table:
            for batch in table.batches():
                for row_no, cells in batch:
                    assert row_no > 0 and all(type(cell) is str for cell in cells)
    except FileRefused as refused:
        return refused.code.value
    return "read"


def mutated(
    number: int, files: dict[FileKind, list[bytes]], every: list[bytes]
) -> tuple[bytes, FileKind, str]:
    """The file of this number, the kind that it is of, and what was done to it."""
    rng = random.Random(number)
    kind = list(FileKind)[number % len(FileKind)]
    mutate = rng.choice(MUTATIONS)
    return mutate(rng, rng.choice(files[kind]), every), kind, mutate.__name__


def read_mutated(numbers: range, folder: Path) -> Counter[str]:
    """How the files of these numbers ended. AssertionError names one that broke a promise."""
    temp = folder / "temp"
    temp.mkdir()
    tempfile.tempdir = str(temp)
    files = originals(temp)
    every = [content for kind in files.values() for content in kind]
    path = folder / "upload.xlsx"
    ends: Counter[str] = Counter()
    for number in numbers:
        content, *told = mutated(number, files, every)
        path.write_bytes(content)
        started = time.monotonic()
        ends[outcome(path)] += 1
        assert time.monotonic() - started < MOST_SECONDS, (number, *told)
        assert [*folder.iterdir()] in ([temp, path], [path, temp])
        assert not [*temp.iterdir()], (number, *told)
    assert ends["read"] > 0 and len(ends) > 1, ends
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert used < LIMITS.memory, used
    return ends


if __name__ == "__main__":
    print(read_mutated(range(int(sys.argv[1]), int(sys.argv[2])), Path(sys.argv[3])))
