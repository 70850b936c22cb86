"""A load and its taking back are nothing, in whatever order two loads are taken back (A8)."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.db import Database
from directory.units.models import UnitKind
from directory.visits.models import Visit
from importers.loads.running import DIRECTORY_FORMATS
from importers.loads.taking_back import take_back
from importers.taken_rows import LoadTouched
from tests.back_given import load_rows_of, picture
from tests.conftest import NOON
from tests.given import Given
from tests.properties.test_loads import HEADINGS, ROWS

STAYS = {"results"}
"""Calls that were made are never taken back."""
LOADS = st.tuples(st.sampled_from(sorted(DIRECTORY_FORMATS.keys() - STAYS)), ROWS)


def _known(session: Session) -> tuple[Any, Any]:
    """A unit with a manager, and somebody who is known already."""
    builders = Given(session)
    unit = builders.unit()
    workshop = builders.unit("Цех", kind=UnitKind.WORKSHOP, parent=unit)
    client = builders.client("Иванов Иван", phone="+79160000001")
    car = builders.asset(client, vin="XTA21901234567890")
    session.add(
        Visit(number="N1", asset_id=car.id, client_id=client.id, workshop_id=workshop.id,
              opened_on=date(2025, 3, 1))
    )  # fmt: skip
    session.flush()
    return unit, builders.manager(unit)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=LOADS, second=LOADS, first_goes_first=st.booleans())
def test_two_loads_taken_back(
    database: Database, first: Any, second: Any, first_goes_first: bool
) -> None:
    with database.writing_session() as session:
        unit, actor = _known(session)
        pictures, loads = [picture(session)], []
        for at, (code, rows) in enumerate((first, second)):
            loads.append(
                load_rows_of(session, code, HEADINGS, *rows, unit_id=unit.id, actor=actor,
                             now=NOON + timedelta(minutes=at))
            )  # fmt: skip
            pictures.append(picture(session))
        later = NOON + timedelta(hours=1)
        if first_goes_first:
            try:
                with session.begin_nested():
                    take_back(session, loads[0].id, actor=actor, now=later)
            except LoadTouched as touched:
                assert touched.reasons
                assert picture(session) == pictures[2]
            else:
                take_back(session, loads[1].id, actor=actor, now=later)
                assert picture(session) == pictures[0]
                session.rollback()
                return
        take_back(session, loads[1].id, actor=actor, now=later)
        assert picture(session) == pictures[1]
        take_back(session, loads[0].id, actor=actor, now=later)
        assert picture(session) == pictures[0]
        session.rollback()
