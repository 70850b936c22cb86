"""Service history: all vehicles or one, summary, recommendations; tasks of one client."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client
from directory.units.models import Unit
from directory.visits.history import history_of_asset, history_of_client
from directory.visits.models import (
    LineKind,
    Recommendation,
    RecommendationStatus,
    Visit,
    VisitLine,
    VisitStatus,
)
from tests.given import Given
from worklists.client_tasks import tasks_of_client, work_lists_of_client
from worklists.lifecycle import TaskState


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def unit(given: Given) -> Unit:
    return given.unit()


def visit(
    session: Session, client: Client, asset: Asset, on: date, workshop: Unit,
    status: VisitStatus = VisitStatus.DONE,
) -> Visit:  # fmt: skip
    one = Visit(number=f"{asset.id}/{on}", asset_id=asset.id, client_id=client.id, opened_on=on,
                workshop_id=workshop.id, done_on=on if status is VisitStatus.DONE else None,
                status=status, total=Decimal(1000))  # fmt: skip
    session.add(one)
    session.flush()
    session.add(VisitLine(visit_id=one.id, kind=LineKind.WORK, name="ТО", total=Decimal(1000)))
    session.flush()
    return one


def test_the_summary_counts_finished_visits(session: Session, given: Given, unit: Unit) -> None:
    client = given.client(unit=unit)
    asset = given.asset(client)
    for day in (1, 11, 31):
        visit(session, client, asset, date(2025, 1, day), unit)
    visit(session, client, asset, date(2025, 3, 1), unit, VisitStatus.CANCELLED)

    history = history_of_client(session, client.id, actor=given.manager(unit))

    assert (history.summary.visits, history.summary.total) == (3, Decimal(3000))
    assert (history.summary.gap_days, history.summary.average) == (15, Decimal(1000))
    assert history.summary.workshops == ((unit.name, 3),)
    assert len(history.visits) == 4 and all(one.lines for one in history.visits)
    assert history.last_visit is not None and history.last_visit.on == date(2025, 1, 31)


def test_a_client_without_visits_has_an_empty_history(
    session: Session, given: Given, unit: Unit
) -> None:
    client = given.client(unit=unit)
    history = history_of_client(session, client.id, actor=given.manager(unit))
    assert history.visits == () and history.summary.gap_days is None and history.last_visit is None


def test_one_vehicle_or_all_of_them(session: Session, given: Given, unit: Unit) -> None:
    client, before = given.client(unit=unit), given.client("Прежний", unit=unit)
    first, second = given.asset(client), given.asset(client)
    session.add(Ownership(asset_id=first.id, client_id=before.id, until_on=date(2024, 1, 1)))
    visit(session, before, first, date(2023, 1, 1), unit)
    visit(session, client, first, date(2025, 1, 1), unit)
    visit(session, client, second, date(2025, 2, 1), unit)
    manager = given.manager(unit)

    everything = history_of_client(session, client.id, actor=manager)
    one = history_of_client(session, client.id, actor=manager, asset_id=first.id)
    past = history_of_client(session, before.id, actor=manager)

    assert [seen.by_this_client for seen in everything.visits] == [True, True, False]
    assert [seen.asset_id for seen in one.visits] == [first.id, first.id]
    assert [seen.on.year for seen in past.visits] == [2023]
    assert len(history_of_asset(session, first.id, actor=manager).visits) == 2
    with pytest.raises(NotFound):
        history_of_client(session, client.id, actor=manager, asset_id=given.asset().id)
    with pytest.raises(NotFound):
        history_of_client(session, client.id, actor=given.manager(given.unit("Чужой")))


def test_open_recommendations_come_first(session: Session, given: Given, unit: Unit) -> None:
    client = given.client(unit=unit)
    asset = given.asset(client)
    seen = visit(session, client, asset, date(2025, 1, 1), unit)
    for work, status in (
        ("сделано", RecommendationStatus.DONE),
        ("ждёт", RecommendationStatus.OPEN),
    ):
        session.add(
            Recommendation(visit_id=seen.id, asset_id=asset.id, advised_on=date(2025, 1, 1),
                           work=work, status=status)
        )  # fmt: skip
    session.flush()

    history = history_of_client(session, client.id, actor=given.manager(unit))

    assert [one.work for one in history.recommendations] == ["ждёт", "сделано"]
    assert [one.work for one in history.open_recommendations] == ["ждёт"]


def test_tasks_of_a_client_are_those_of_ones_units(
    session: Session, given: Given, unit: Unit
) -> None:
    client = given.client(unit=unit)
    asset = given.asset(client)
    work_list = given.work_list(unit, client)
    closed = given.task(work_list, state=TaskState.DONE)
    about = given.task(work_list, asset=asset)
    foreign = given.unit("Чужой")
    given.task(given.work_list(foreign, client))
    manager = given.manager(unit)

    tasks = tasks_of_client(session, client.id, actor=manager)

    assert [task.id for task in tasks] == [about.id, closed.id]
    assert [task.id for task in tasks_of_client(session, client.id, actor=manager,
                                                asset_id=asset.id)] == [about.id]  # fmt: skip
    (listed,) = work_lists_of_client(session, client.id, actor=manager)
    assert (listed.id, listed.tasks, listed.tasks_open) == (work_list.id, 2, 1)
