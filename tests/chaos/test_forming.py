"""A process killed in the middle of forming, then a second click: the result of one click (19)."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from core.access import Actor
from core.bulk import copy_rows
from core.clock import database_clock
from core.db import Database, database_now
from core.journal import JournalEntry
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint
from directory.units.models import UnitPath
from selections.models import FormingOrder, Lead, OrderState, RunSource, SelectionRun
from tests.chaos.children import Children, children
from tests.chaos.given import count
from tests.chaos.test_queue import FULL
from tests.queue_given import Place
from worklists.forming import Formed, form_work_lists
from worklists.forming_orders import ask_forming, form_what_was_asked, formed_by
from worklists.lead_scopes import LeadScope
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission

pytestmark = pytest.mark.chaos
LEADS = 100_000 if FULL else 3_000
ZONE = "Europe/Moscow"
KILLS = 3


@dataclass(frozen=True)
class Crowd:
    """A run of a unit whose clients nobody else knows; every third has a second vehicle."""

    unit_id: int
    campaign_id: int
    run_id: int
    actor: Actor


def crowd(database: Database) -> Crowd:
    with database.unit_of_work() as session:
        place, now = Place(session), database_now(session)
        place.unit.code = place.campaign.code = f"of-{time.monotonic_ns()}"
        place.add(UnitPath(ancestor_id=place.unit.id, descendant_id=place.unit.id, depth=0))
        first = (session.scalar(select(func.max(Client.id))) or 0) + 1
        owners = [first + number * 3 // 4 for number in range(LEADS)]
        clients = sorted(set(owners))
        session.execute(
            insert(Client),
            [{"id": one, "name": f"c{one}", "name_norm": "c", "created_at": now}
             for one in clients],
        )  # fmt: skip
        phone = {"kind": ContactKind.PHONE, "typed": "+79160000000", "value": "+79160000000"}
        session.execute(insert(ContactPoint), [phone | {"client_id": one} for one in clients])
        copy_rows(session, ClientUnit, ("client_id", "unit_id"),
                  [(one, place.unit.id) for one in clients])  # fmt: skip
        asset = (session.scalar(select(func.max(Asset.id))) or 0) + 1
        assets = range(asset, asset + LEADS)
        plain = {"make": "Lada", "model": "", "created_at": now}
        session.execute(insert(Asset), [plain | {"id": one} for one in assets])
        copy_rows(session, Ownership, ("asset_id", "client_id"),
                  list(zip(assets, owners, strict=True)))  # fmt: skip
        run = SelectionRun(source=RunSource.RULE, unit_id=place.unit.id, title="chaos",
                           parameters={}, run_by="tests", run_at=now)  # fmt: skip
        place.add(run)
        copy_rows(session, Lead, ("run_id", "client_id", "asset_id", "asset_key", "why",
                                  "is_held_out"),
                  [(run.id, owner, one, one, {}, False)
                   for one, owner in zip(assets, owners, strict=True)])  # fmt: skip
        actor = Actor(key="employee:1", employee_id=1, unit_ids=frozenset({place.unit.id}),
                      permissions=frozenset({WorkPermission.FORM}))  # fmt: skip
        return Crowd(place.unit.id, place.campaign.id, run.id, actor)


def result_of(database: Database, of: Crowd) -> dict[str, Any]:
    """Everything that forming writes, as numbers that do not depend on when and where."""
    with database.reading() as session:
        tasks = session.execute(
            select(Task.id, Task.work_list_id, Task.client_id, Task.asset_key, Task.state)
            .where(Task.unit_id == of.unit_id)
        ).all()  # fmt: skip
        lists = session.scalars(select(WorkList.id).where(WorkList.unit_id == of.unit_id)).all()
        ids = {"task": {row.id for row in tasks}, "work_list": set(lists)}
        entries = Counter(
            (subject, event)
            for subject, subject_id, event in session.execute(
                select(JournalEntry.subject, JournalEntry.subject_id, JournalEntry.event)
            )
            if subject_id in ids.get(subject, ())
        )
        return {
            "tasks": len(tasks),
            "subjects": len({(row.client_id, row.asset_key) for row in tasks}),
            "states": Counter(row.state for row in tasks),
            "lists": len(lists),
            "of_lists": Counter(Counter(row.work_list_id for row in tasks).values()),
            "journal": entries,
        }


def click(database: Database, of: Crowd, now: datetime) -> Formed:
    with database.unit_of_work() as session:
        return form_work_lists(
            session, of.run_id, campaign_id=of.campaign_id, unit_id=of.unit_id,
            actor=of.actor, now=now, default_zone=ZONE,
        )  # fmt: skip


def killed_in_the_middle(family: Children, role: str, of: Crowd, seconds: float) -> None:
    child = family.start(role, run=of.run_id, campaign=of.campaign_id, unit=of.unit_id)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(seconds * family.chance.uniform(0.1, 0.8))
    family.kill(child)


def test_a_second_click_after_a_kill_gives_the_result_of_one_click(
    database: Database, database_url: str
) -> None:
    clean, torn = crowd(database), crowd(database)
    began = time.monotonic()
    formed = click(database, clean, _now(database))
    seconds = time.monotonic() - began
    assert formed.tasks_new == LEADS
    wanted = result_of(database, clean)

    in_the_middle = 0
    with children(database_url, 1) as family:
        for _ in range(KILLS):
            killed_in_the_middle(family, "former", torn, seconds)
            done = count(database, Task, Task.unit_id == torn.unit_id)
            assert done in (0, LEADS), "all or nothing"
            in_the_middle += done == 0
    again = click(database, torn, _now(database))
    assert (again.tasks_new or again.already_in_work) == LEADS
    print(f"{in_the_middle} of {KILLS} were killed before the end of {seconds:.1f} s")
    assert result_of(database, torn) == wanted
    assert click(database, torn, _now(database)).tasks_new == 0


def test_an_order_whose_sweep_is_killed_is_done_whole_by_the_next(
    database: Database, database_url: str
) -> None:
    clean, torn = crowd(database), crowd(database)
    began = time.monotonic()
    click(database, clean, _now(database))
    seconds = time.monotonic() - began
    with database.unit_of_work() as session:
        order_id = ask_forming(
            session, torn.run_id, campaign_id=torn.campaign_id, unit_id=torn.unit_id,
            scope=LeadScope(is_all=True), form_key="once", actor=torn.actor,
            now=database_now(session),
        ).id  # fmt: skip
    with children(database_url, 2) as family:
        for _ in range(KILLS):
            killed_in_the_middle(family, "orders", torn, seconds)
            assert count(database, Task, Task.unit_id == torn.unit_id) in (0, LEADS)
    until = time.monotonic() + 60
    # The server may still be at the statement of the dead one, and holds the order that long.
    while _state(database, order_id) is OrderState.WAITING and time.monotonic() < until:
        form_what_was_asked(database, database_clock, default_zone=ZONE)
    assert _state(database, order_id) is OrderState.DONE
    with database.reading() as session:
        told = formed_by(session.get_one(FormingOrder, order_id))
        assert told is not None and told.tasks_new == LEADS
    assert result_of(database, torn) == result_of(database, clean)


def _now(database: Database) -> datetime:
    with database.reading() as session:
        return database_now(session)


def _state(database: Database, order_id: int) -> OrderState:
    with database.reading() as session:
        return session.get_one(FormingOrder, order_id).state
