"""Whatever stands in a file of records: counts add up, twice is once, a preview writes nothing.

The journal is not looked at: it tells of every load.
"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import Database
from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import Client, ClientUnit, ContactPoint, ContactRefusal
from directory.units.models import UnitKind
from directory.visits.models import Recommendation, Visit, VisitLine
from importers.columns import Column, field_of
from importers.formats.declaration import FormatKind
from importers.loads.running import DIRECTORY_FORMATS
from importers.loads.told import Verdict
from tests.conftest import NOON
from tests.given import Given
from tests.properties.bare_loads import load_bare, rows_in

HEADINGS = ("ФИО", "Телефон", "E-mail", "Дата рождения", "ИНН", "Код клиента", "VIN", "Госномер",
            "Пробег", "Модель", "Номер заказ-наряда", "Дата открытия", "Дата закрытия", "Статус",
            "Работа", "Сумма", "Рекомендация", "Дата рекомендации")  # fmt: skip
CELLS = (
    st.sampled_from(["", "Иванов Иван", "Иванов Пётр", "Иванов И.", "Ким Ольга", "ООО «Ромашка»"]),
    st.sampled_from(["", "89160000001", "89160000002", "89160000001, 89160000003", "12"]),
    st.sampled_from(["", "", "a@example.org", "b@example.org"]),
    st.sampled_from(["", "", "01.02.1980", "03.04.2001", "31.02.1980"]),
    st.sampled_from(["", "", "7701234567", "7701234568"]),
    st.sampled_from(["", "", "K-1", "K-2"]),
    st.sampled_from(["", "XTA21901234567890", "XTA21901234567891", "XTA"]),
    st.sampled_from(["", "А123ВС77", "В777ОР99"]),
    st.sampled_from(["", "1000", "2000"]),
    st.sampled_from(["", "Vesta"]),
    st.sampled_from(["", "N1", "N1", "N2"]),
    st.sampled_from(["", "01.03.2025", "01.03.2025"]),
    st.sampled_from(["", "02.03.2025"]),
    st.sampled_from(["", "", "закрыт", "в работе", "отменён"]),
    st.sampled_from(["", "Замена масла", "Замена фильтра\nМойка"]),
    st.sampled_from(["", "500", "700"]),
    st.sampled_from(["Колодки", "Колодки", "Диски"]),
    st.sampled_from(["", "02.03.2025", "05.03.2025"]),
)
TABLES: tuple[Any, ...] = (Client, ClientUnit, ContactPoint, ContactRefusal, Asset, Ownership,
                           MileageReading, Visit, VisitLine, Recommendation)  # fmt: skip
RECORDS = {code: fmt for code, fmt in DIRECTORY_FORMATS.items() if fmt.kind is FormatKind.DIRECTORY}
"""Those that make records; results of calls have a property of their own."""
ROWS = st.lists(st.tuples(*CELLS), min_size=1, max_size=12)
COLUMNS = tuple(Column(at, text, field_of(text)) for at, text in enumerate(HEADINGS))


@pytest.mark.parametrize("code", sorted(RECORDS))
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=ROWS)
def test_a_file_of_records(database: Database, code: str, rows: list[tuple[str, ...]]) -> None:
    with database.writing_session() as session:
        builders = Given(session)
        unit = builders.unit()
        workshop = builders.unit("Цех", kind=UnitKind.WORKSHOP, parent=unit)
        if code == "recommendations":
            client = builders.client("Иванов Иван", phone="+79160000001")
            car = builders.asset(client, vin="XTA21901234567890")
            session.add(
                Visit(number="N1", asset_id=car.id, client_id=client.id, workshop_id=workshop.id,
                      opened_on=date(2025, 3, 1))
            )  # fmt: skip
        desk = SimpleNamespace(unit=unit, actor=builders.manager(unit))
        session.flush()
        before = rows_in(session, TABLES)
        nested = session.begin_nested()
        tried = load_bare(session, code, COLUMNS, rows, desk=desk, now=NOON)
        nested.rollback()
        session.expire_all()
        assert rows_in(session, TABLES) == before
        run = load_bare(session, code, COLUMNS, rows, desk=desk, now=NOON)
        assert (run.counts, run.errors) == (tried.counts, tried.errors)
        loaded = rows_in(session, TABLES)
        again = load_bare(session, code, COLUMNS, rows, desk=desk, now=NOON)
        assert rows_in(session, TABLES) == loaded
        assert not again.counts[Verdict.NEW] + again.counts[Verdict.REFRESHED]
        assert not again.counts[Verdict.APPENDED]
        assert again.counts[Verdict.INVALID] == run.counts[Verdict.INVALID]
        session.rollback()


def test_every_format_finds_its_columns_among_the_headings() -> None:
    for fmt in RECORDS.values():
        columns = fmt.mapped([Column(at, text, field_of(text)) for at, text in enumerate(HEADINGS)])
        assert not fmt.missing(columns)
