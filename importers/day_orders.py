"""In which order the days of a column are written: ours, or the American one. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from importers.columns import Column
from importers.values import is_month_first


def with_day_orders(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """The columns, told of those with American days: 03/04/2024 beside 03/25/2024 is in March."""
    return tuple(
        replace(
            column,
            is_month_first=is_month_first(
                row[column.index] for row in rows if column.index < len(row)
            ),
        )
        for column in columns
    )
