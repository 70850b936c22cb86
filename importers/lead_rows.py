"""The rows of a file of clients to call, however many there are, in bounded memory.

Few are kept as they were read. Of many only the cells are kept, in a nameless file, and the rows
are read again whenever they are gone through; what is remembered of each is a number for each of
the keys by which a later row may be the same client's.
"""

from __future__ import annotations

import marshal
import tempfile
import weakref
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import IO, overload

from importers.row_reader import LeadRow, RowReader

FEW = 50_000
"""Rows that are kept as they are: some hundred megabytes."""
CHUNK = 10_000
"""Rows that are handled together."""
_BLOCK = 256
Cells = tuple[int, list[str]]


class LeadRows(Sequence[LeadRow]):
    """Rows in the order of the file; gone through as often as wanted. ``add`` them, then read."""

    def __init__(self, read: Callable[[int, list[str]], LeadRow]) -> None:
        self._read = read
        self._few: list[LeadRow] = []
        self._cells: IO[bytes] | None = None
        self._count = 0
        self._tokens = array("q")
        self.rejected = 0
        """Rows that cannot become leads."""

    @classmethod
    def of(cls, rows: Iterable[Cells], reader: RowReader) -> LeadRows:
        """These rows, read by this reader."""
        made = cls(reader.read)
        rows = iter(rows)
        while batch := list(islice(rows, _BLOCK)):
            made.add(batch)
        return made

    def add(self, batch: Sequence[Cells]) -> None:
        """Read the next rows of the file."""
        rows = [self._read(row_no, cells) for row_no, cells in batch]
        self._count += len(rows)
        self.rejected += sum(row.is_rejected for row in rows)
        if self._cells is None and self._count > FEW:
            self._cells = tempfile.TemporaryFile(prefix="prozvon-")  # noqa: SIM115 - lives on
            weakref.finalize(self, self._cells.close)
            self._keep(self._few)
            self._few = []
        if self._cells is None:
            self._few += rows
        else:
            self._keep(rows)

    def read_by(self, reader: RowReader) -> LeadRows:
        """The same cells as another reader reads them."""
        return LeadRows.of(((row.row_no, list(row.cells)) for row in self), reader)

    def chunks(self) -> Iterator[Sequence[LeadRow]]:
        """All rows, some thousands at a time; few of them at once."""
        if self._cells is None:
            if self._few:
                yield self._few
            return
        rows = iter(self)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk

    @property
    def repeated(self) -> Collection[int] | None:
        """The hashes of keys that occur in several rows; None: whoever asks may keep all keys."""
        return None if self._cells is None else repeated_tokens(self._tokens)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[LeadRow]:
        if self._cells is None:
            yield from self._few
            return
        file = self._cells
        at = 0
        while True:
            file.seek(at)
            try:
                block: list[Cells] = marshal.load(file)  # noqa: S302 - our own, a minute old
            except EOFError:
                return
            at = file.tell()
            for row_no, cells in block:
                yield self._read(row_no, cells)

    @overload
    def __getitem__(self, at: int) -> LeadRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[LeadRow]: ...
    def __getitem__(self, at: int | slice) -> LeadRow | Sequence[LeadRow]:
        if self._cells is None:
            return self._few[at]
        return list(self)[at]

    def _keep(self, rows: Sequence[LeadRow]) -> None:
        assert self._cells is not None
        self._cells.seek(0, 2)
        for first in range(0, len(rows), _BLOCK):
            block = [(row.row_no, list(row.cells)) for row in rows[first : first + _BLOCK]]
            marshal.dump(block, self._cells)
        self._tokens.extend(chain.from_iterable(map(tokens_of, rows)))


def tokens_of(row: LeadRow) -> list[int]:
    """Numbers of the keys by which another row may be the same client's; of one process."""
    keys = {phone.e164 for phone in row.phones}
    if row.vin:
        keys.add(row.vin)
    return [hash(key) for key in keys]


def repeated_tokens(tokens: array[int]) -> Collection[int]:
    """Those that are there more than once."""
    import numpy

    found, counts = numpy.unique(numpy.frombuffer(tokens, dtype=numpy.int64), return_counts=True)
    return frozenset(found[counts > 1].tolist())
