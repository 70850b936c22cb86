"""The forecast as SQL, for conditions and columns over ``mileage_forecasts``.

Whole numbers throughout: the same value on both engines and in ``MileageForecast.expected_km``. A
vehicle without a trusted reading gives NULL: nothing is known.
"""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, case, cast, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from directory.assets.forecast_models import MileageForecast


class days_between(FunctionElement[int]):  # noqa: N801  # reads as a function of SQL
    """Whole days from the first day to the second; NULL when one of them is."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _by_julian_days(element: days_between, compiler: Any, **kw: Any) -> str:
    since, until = (compiler.process(one, **kw) for one in element.clauses)
    return f"CAST(julianday({until}) - julianday({since}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _by_subtraction(element: days_between, compiler: Any, **kw: Any) -> str:
    since, until = (compiler.process(one, **kw) for one in element.clauses)
    return f"(CAST({until} AS date) - CAST({since} AS date))"


def expected_km(today: date, row: Any = MileageForecast) -> ColumnElement[int | None]:
    """Kilometres to be expected on this day; NULL: no mileage is known. ``row``: an alias."""
    days = days_between(row.last_on, literal(today, Date))
    gone = cast(case((days > 0, days), else_=0), BigInteger) * row.metres_per_day
    found: ColumnElement[int | None] = row.last_km + gone // 1_000
    return found


def km_per_day(row: Any = MileageForecast) -> ColumnElement[int]:
    """Kilometres a day, rounded half up. ``row``: an alias."""
    rounded: ColumnElement[int] = (row.metres_per_day + 500) // 1_000
    return rounded
