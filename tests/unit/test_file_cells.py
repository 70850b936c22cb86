"""The cells of a person's file in the workbooks that are made of it (rule 20)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.columns import Column
from importers.fields import Field
from importers.values import text_of
from webui.exports.file_cells import file_cells

FIELDS = (Field.MILEAGE_KM, Field.PLANNED_ON, Field.TOTAL, Field.PHONE, None)
COLUMNS = tuple(Column(at, f"Столбец {at}", field) for at, field in enumerate(FIELDS))


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (("125000", "01.02.2026", "12.5", "79161234567", "5"),
         [125000, date(2026, 2, 1), 12.5, "79161234567", "5"]),
        # What a number or a day would say otherwise stays as it was written.
        (("0125", "31.02.2026", "12.50", "", "01.02.2026"),
         ["0125", "31.02.2026", "12.50", "", "01.02.2026"]),
        (("125 тыс.", "февраль 2026", "1 234,50 ₽", "8 916 123-45-67", ""),
         ["125 тыс.", "февраль 2026", "1 234,50 ₽", "8 916 123-45-67", ""]),
        (("-0", "01.01.1890", "9" * 30, "=1+1", ""), ["-0", "01.01.1890", "9" * 30, "=1+1", ""]),
        # Rows are as long as people left them.
        ((), [""] * 5),
        (("1", "", "", "", "", "лишняя"), [1, "", "", "", ""]),
    ],
)  # fmt: skip
def test_numbers_and_days_are_such(cells: tuple[str, ...], shown: list[object]) -> None:
    made = file_cells(COLUMNS)(cells)
    assert made == shown
    assert list(map(type, made)) == list(map(type, shown))


@given(st.lists(st.text("0123456789.-eE +", max_size=20) | st.dates().map(text_of), max_size=5))
def test_nothing_is_lost_by_it(cells: list[str]) -> None:
    """Corrected and loaded again, the workbook says what the file said."""
    read = list(map(text_of, file_cells(COLUMNS)(cells)))
    assert read == [*cells, *[""] * (len(COLUMNS) - len(cells))]
