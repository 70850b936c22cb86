"""Lines as a table: on the terminal, and as Markdown for ``docs/performance.md``."""

from typing import Any

from benchmarks.harness import Line

_WIDTHS = (10, 10, 9, 44, 30, 11, 8)


def heading() -> str:
    """The first row."""
    return _row("bench", "engine", "size", "measure", "median (min..max)", "goal", "verdict")


def printed(line: Line) -> str:
    """One line of the table, with what explains it behind."""
    found = line.as_json()
    row = _row(line.bench, line.engine, f"{line.size:,}", line.measure, value_of(found),
               found["goal"] or "–", line.verdict)  # fmt: skip
    return row + "  " + explained(found)


def value_of(line: dict[str, Any]) -> str:
    """The median with the extremes and the unit."""
    value, low, high = (_short(line[name]) for name in ("value", "low", "high"))
    unit = f" {line['unit']}" if line["unit"] else ""
    return f"{value}{unit}" if low == high else f"{value}{unit} ({low}..{high})"


def explained(line: dict[str, Any]) -> str:
    """Seconds and whatever else was noted."""
    told = [f"{name}={value}" for name, value in line["details"].items()]
    return ", ".join((["noisy"] if line["noisy"] else []) + told)


def _short(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}"


def _row(*cells: str) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
