"""Whatever stands in a file of results: counts add up, twice is once, a preview writes nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.db import Database
from core.outbox import OutboxMessage
from directory.assets.models import Asset, MileageReading
from directory.clients.models import Client, ContactPoint, ContactRefusal
from importers.columns import Column
from importers.fields import Field
from importers.loads.told import LoadResult, Verdict
from tests.conftest import NOON
from tests.given import Given
from tests.properties.bare_loads import load_bare, rows_in
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt, Notification
from worklists.models.task import Task
from worklists.models.work_list import WorkList

VINS = ("XTA21901234567890", "XTA21901234567891")
COLUMNS: dict[Field, Any] = {
    Field.PHONE: st.sampled_from(["", "89160000001", "89160000002", "89160000003"]),
    Field.NAME: st.sampled_from(["", "", "Иванов Иван", "Иванова Анна", "Ким Ольга"]),
    Field.VIN: st.sampled_from(["", "", *VINS]),
    Field.CALLED_AT: st.sampled_from(
        ["15.03.2026 10:00", "16.03.2026 10:00", "16.03.2026 10:00", "17.03.2026 18:20",
         "18.03.2026 08:00", "16.03.2026", "18.03.2026", "01.03.2026 10:00", "19.03.2026", ""]
    ),
    Field.OUTCOME: st.sampled_from(
        ["не дозвонились", "занято", "отказ", "больше не звонить", "не тот номер", "продано",
         "записан", "перезвонить", "уже обслужен", "жалоба", "дозвонились", "луна", ""]
    ),
    Field.COMMENT: st.sampled_from(["", "сам сказал"]),
    Field.CALLER: st.sampled_from(["", "Мария Менеджер", "Кто-то"]),
    Field.NEXT_ON: st.sampled_from(["", "", "17.03.2026", "25.03.2026", "25.03.2036"]),
    Field.MILEAGE_KM: st.sampled_from(["", "10000", "20000"]),
    Field.CAMPAIGN: st.sampled_from(["", "", "", "recall", "Подошло время ТО", "Луна"]),
}  # fmt: skip
TABLES: tuple[Any, ...] = (Task, Attempt, WorkList, Client, ContactPoint, ContactRefusal, Asset,
                           MileageReading, Notification, OutboxMessage)  # fmt: skip
MORNING = NOON - timedelta(hours=2)
"""Before the noon as of which calls without a time of this day would count."""
ROWS = st.lists(st.tuples(*COLUMNS.values()), min_size=1, max_size=14)


def _load(session: Session, desk: Any, rows: list[tuple[str, ...]], later: int = 0) -> LoadResult:
    columns = tuple(Column(at, field.value, field) for at, field in enumerate(COLUMNS))
    now = MORNING + timedelta(hours=later)
    return load_bare(session, "results", columns, rows, desk=desk, now=now)


def _desk(session: Session) -> Any:
    """Two who share a number, one of them with two tasks; a third whose task somebody has."""
    builders = Given(session)
    unit = builders.unit()
    actor = builders.manager(unit)
    made = {"created_at": NOON - timedelta(days=5)}
    ivan = builders.client("Иванов Иван", unit=unit, phone="+79160000001")
    anna = builders.client("Иванова Анна", unit=unit, phone="+79160000001")
    builders.phone(ivan, "+79160000002")
    olga = builders.client("Ким Ольга", unit=unit, phone="+79160000003")
    cars = [builders.asset(one, vin=vin) for one, vin in zip((ivan, anna), VINS, strict=True)]
    work_list = builders.work_list(unit, ivan)
    builders.task(work_list, asset=cars[0], **made)
    builders.task(work_list, campaign=builders.campaign("recall"), **made)
    builders.task(unit=unit, client=anna, asset=cars[1], performer=actor, **made)
    builders.task(unit=unit, client=olga, state=TaskState.IN_WORK, performer=actor, **made)
    session.flush()
    return SimpleNamespace(unit=unit, actor=actor)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS)
def test_a_file_of_results(database: Database, rows: list[tuple[str, ...]]) -> None:
    with database.writing_session() as session:
        desk = _desk(session)
        before = rows_in(session, TABLES)
        nested = session.begin_nested()
        tried = _load(session, desk, rows)
        nested.rollback()
        session.expire_all()
        assert rows_in(session, TABLES) == before
        run = _load(session, desk, rows)
        assert (run.counts, run.errors) == (tried.counts, tried.errors)
        loaded = rows_in(session, TABLES)
        saved = len(loaded[1])
        assert run.counts[Verdict.NEW] == saved
        again = _load(session, desk, rows, later=3)
        assert rows_in(session, TABLES) == loaded
        assert again.counts[Verdict.NEW] == 0 and again.counts[Verdict.MATCHED] >= saved
        session.rollback()
