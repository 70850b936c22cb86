"""A case of the corpus: how its file is made and what reading it must give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importers.options import ReadOptions
from importers.problems import FileProblem

Row = tuple[Any, ...]
"""(row number as Excel counts, every cell as text)."""

HEADINGS = ("ФИО", "Телефон", "VIN")
IVANOV = ("Иванов Иван", "89161234567", "XTA21099043576182")
PETROV = ("Петров Пётр", "89267654321", "XTA21099043576199")
SIDOROVA = ("Сидорова Анна", "89031112233", "Z94CB41AAGR323020")


@dataclass(frozen=True)
class Case:
    """``wrong``: what is wrong with the file, in one line. Without a ``refusal`` it is read.

    ``skipped``: the counts that are not zero. What is None is not looked at.
    """

    name: str
    wrong: str
    suffix: str
    build: Callable[[Path], None]
    rows: list[Row] | None = None
    count: int | None = None
    skipped: dict[str, int] = field(default_factory=dict)
    refusal: FileProblem | None = None
    headings: tuple[str, ...] | None = None
    sheet: str | None = None
    hidden_columns: tuple[int, ...] = ()
    options: ReadOptions | None = None

    def write(self, folder: Path) -> Path:
        """The file in this folder."""
        path = folder / f"{self.name}{self.suffix}"
        self.build(path)
        return path


CASES: list[Case] = []


def case(
    wrong: str, suffix: str = ".xlsx", **expected: Any
) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Register the builder below under its own name."""

    def registered(build: Callable[[Path], None]) -> Callable[[Path], None]:
        CASES.append(Case(build.__name__, wrong, suffix, build, **expected))
        return build

    return registered


def numbered(first: int, *rows: Row) -> list[Row]:
    """The rows with their numbers, one behind the other."""
    return [(number, *row) for number, row in enumerate(rows, start=first)]
