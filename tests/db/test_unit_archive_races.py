"""A unit goes to the archive in the instant in which work is added to it: one of the two waits."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Database
from directory.staff.models import Role
from directory.units.models import Unit
from entrypoints.wiring import GRANTS
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.forming import form_work_lists
from worklists.involvement import involve_unit
from worklists.reports import InvolvementDraft
from worklists.unit_work import (
    UnitHasWork,
    UnitOutOfUse,
    archive_unit_without_work,
    open_tasks_of_units,
)

Step = Callable[[Session], Any]


class Scene:
    """A unit without work, who may archive it, and two ways to bring work there."""

    def __init__(self, database: Database) -> None:
        with database.unit_of_work() as session:
            given = Given(session)
            asking, unit = given.unit("Сервис"), given.unit("Склад")
            self.unit_id, self.task = unit.id, given.task(unit=asking)
            self.asker, manager = given.manager(asking), given.manager(unit)
            self.former = manager
            self.chief = Actor(
                key="employee:1", employee_id=manager.employee_id, role=Role.ADMINISTRATOR,
                unit_ids=frozenset({unit.id}), permissions=GRANTS[Role.ADMINISTRATOR],
            )  # fmt: skip
            self.run_id = given.run(unit, given.client(unit=unit, phone="+79126401877")).id
            self.campaign_id = given.campaign().id

    def archive(self, session: Session) -> Any:
        return archive_unit_without_work(session, self.unit_id, actor=self.chief, now=NOON)

    def form(self, session: Session) -> Any:
        return form_work_lists(
            session, self.run_id, campaign_id=self.campaign_id, unit_id=self.unit_id,
            actor=self.former, now=NOON, default_zone="Europe/Moscow",
        )  # fmt: skip

    def involve(self, session: Session) -> Any:
        draft = InvolvementDraft(unit_id=self.unit_id, text="Нужен фильтр", due_at=TOMORROW)
        return involve_unit(session, self.task.work_list_id, draft, from_task_id=None,
                            asset_id=None, actor=self.asker, now=NOON)  # fmt: skip


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def while_first_is_open(database: Database, first: Step, second: Step) -> Exception | None:
    """Run ``second`` while ``first`` has not committed yet; what ``second`` raised."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            with database.unit_of_work() as session:
                second(session)
        except Exception as error:
            raised.append(error)

    other = threading.Thread(target=run)
    with database.unit_of_work() as session:
        first(session)
        other.start()
        other.join(timeout=0.7)
        assert other.is_alive(), "the second waits for the first"
    other.join(timeout=20)
    assert not other.is_alive()
    return raised[0] if raised else None


@pytest.mark.parametrize("way", ["form", "involve"])
def test_work_came_first(database: Database, scene: Scene, way: str) -> None:
    error = while_first_is_open(database, getattr(scene, way), scene.archive)
    assert isinstance(error, UnitHasWork)
    with database.reading() as session:
        assert session.get_one(Unit, scene.unit_id).is_archived is False
        assert open_tasks_of_units(session, [scene.unit_id])[scene.unit_id] == 1


@pytest.mark.parametrize("way", ["form", "involve"])
def test_the_archive_came_first(database: Database, scene: Scene, way: str) -> None:
    error = while_first_is_open(database, scene.archive, getattr(scene, way))
    assert error is not None and type(error).__name__ in {"UnitOutOfUse", "UnitUnknown"}
    with database.reading() as session:
        assert session.get_one(Unit, scene.unit_id).is_archived is True
        assert open_tasks_of_units(session, [scene.unit_id])[scene.unit_id] == 0


def test_nothing_is_formed_in_a_unit_of_the_archive(database: Database, scene: Scene) -> None:
    with database.unit_of_work() as session:
        scene.archive(session)
    with pytest.raises(UnitOutOfUse), database.unit_of_work() as session:
        scene.form(session)
