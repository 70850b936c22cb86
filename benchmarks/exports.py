"""Writing a list as XLSX against the same writer fed with ready cells (``webui.exports``)."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.harness import Goal, Line, compare, plain_line, ratio_line
from benchmarks.registry import Options

_COLUMNS = 20
_ZONE = ZoneInfo("Europe/Moscow")


def run(options: Options) -> Iterator[Line]:
    """100,000 rows of 20 cells: texts, numbers, money, days, moments."""
    from webui.exports.workbook import Column, write_workbook

    count = options.pick(5_000, 100_000)
    rows = [_row(number) for number in range(count)]
    columns = [Column(f"Колонка {number}") for number in range(_COLUMNS)]
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        path = Path(folder) / "list.xlsx"
        ready = [[_local(cell) for cell in row] for row in rows]
        found = compare(
            ours=lambda: write_workbook(path, "Лист", columns, rows, _ZONE),
            bare=lambda: _bare(path, ready),
            rounds=3,
            warm_up=False,
        )
    yield ratio_line(found, bench="exports", engine="–", size=count, goal=Goal(1.5),
                     measure="XLSX: time of bare XlsxWriter, constant memory")  # fmt: skip
    if count == 100_000:
        yield plain_line("exports", "–", count, "XLSX of 100,000 x 20", "s",
                         [spent.wall for spent in found.ours], Goal(5))  # fmt: skip


def _row(number: int) -> list[Any]:
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC) + timedelta(minutes=number)
    texts = [f"Иванов Иван {number}", "Lada Vesta", f"А{number % 900 + 100}ВС777", "Звонок",
             "Записать клиента на ТО", "Плановое ТО", "Сервис Север", "Выполнена",
             "Интервью", "Перезвонить после обеда", f"+7916{number:07}"]  # fmt: skip
    return [moment, *texts, number, number % 5, number / 7, Decimal(number) / 100, date(2026, 3, 1),
            moment, None, number * 3]  # fmt: skip


def _local(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(_ZONE).replace(tzinfo=None, second=0)
    return cell


def _bare(path: Path, rows: list[list[Any]]) -> None:
    """The same cells by the calls that each type wants, decided per column and not per cell."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        page = workbook.add_worksheet("Лист")
        moment = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        money = workbook.add_format({"num_format": "#,##0.00"})
        text, number, when = page.write_string, page.write_number, page.write_datetime
        for column in range(_COLUMNS):
            text(0, column, f"Колонка {column}")
        for line, row in enumerate(rows, start=1):
            when(line, 0, row[0], moment)
            for column in range(1, 12):
                text(line, column, row[column])
            number(line, 12, row[12])
            number(line, 13, row[13])
            number(line, 14, row[14])
            number(line, 15, row[15], money)
            when(line, 16, row[16], day)
            when(line, 17, row[17], moment)
            number(line, 19, row[19])
