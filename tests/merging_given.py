"""Two cards of one client with work of every kind, and a picture of the whole database."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Base
from directory.clients.merge_models import ClientMerge
from directory.clients.models import Client, ContactPoint, ContactRefusal, RefusalScope
from directory.staff.models import Role
from directory.units.models import UnitKind
from directory.visits.models import Visit
from selections.models import Lead
from tests.conftest import NOON
from tests.given import Given
from worklists.lifecycle import TaskState
from worklists.merging.merge import merge_clients
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList

TOLD = {"journal_entries", "client_merges", "client_merge_moves", "submissions", "mileage_news"}
"""What tells of the merge and its undoing; what a sweep is to look at again."""
GROWS = {"version"}

Whole = dict[str, dict[Any, dict[str, Any]]]


def whole_database(session: Session) -> Whole:
    """Every row of every table, without what only tells or only grows."""
    session.flush()
    picture: Whole = {}
    for table in Base.metadata.sorted_tables:
        if table.name in TOLD:
            continue
        rows = session.execute(select(table)).mappings()
        picture[table.name] = {
            tuple(row[c.name] for c in table.primary_key): {
                name: value for name, value in row.items() if name not in GROWS
            }
            for row in rows
        }
    return picture


class Doubles:
    """Ivanov twice: known to overlapping units, with work-lists in both."""

    def __init__(self, given: Given) -> None:
        self.given, self.session = given, given.session
        company = given.unit("Компания")
        self.service = given.unit("Сервис", parent=company)
        self.sales = given.unit("Продажи", parent=company)
        self.workshop = given.unit("Цех", kind=UnitKind.WORKSHOP, parent=self.service)
        self.person = given.employee("Ольга Руководитель", role=Role.HEAD, unit=company)
        self.head = given.actor(self.person, role=Role.HEAD)
        self.manager = given.manager(self.service)
        self.kept = given.client("Иванов Иван", unit=self.service, phone="+79161234567")
        self.double = given.client("Иванов И. И.", unit=self.service, phone="+79161234567")
        given.phone(self.double, "+79035556677")

    def merge(self, **versions: int) -> ClientMerge:
        return merge_clients(
            self.session, self.kept.id, self.double.id,
            kept_version=versions.get("kept", self.version_of(self.kept)),
            double_version=versions.get("double", self.version_of(self.double)),
            actor=self.head, now=NOON,
        )  # fmt: skip

    def version_of(self, client: Client) -> int:
        self.session.flush()
        return self.session.scalars(select(Client.version).where(Client.id == client.id)).one()

    def busy_double(self) -> Task:
        """Give the double one of everything; returns its open task in the common unit."""
        given, double = self.given, self.double
        campaign = given.campaign()
        car = given.asset(double)
        mine = given.task(unit=self.service, client=self.kept)
        task = given.task(unit=self.service, client=double)
        other = given.task(unit=self.sales, client=double, asset=car,
                           state=TaskState.ON_CONTROL, performer=self.manager)  # fmt: skip
        done = given.task(given.work_list(self.sales, double, closed=True), state=TaskState.DONE)
        employee = self.person
        given.attempt(done, employee, at=NOON - timedelta(days=3),
                      contact_point_id=self.point_of(double))  # fmt: skip
        given.booking(other, self.workshop, employee)
        there = given.task(self.list_of(other), kind=TaskKind.DEPARTMENT)
        given.involvement(task, employee, there=there)
        run = given.run(self.service, self.kept, double)
        leads = {lead.client_id: lead for lead in self.leads_of(run.id)}
        task.lead_id, mine.lead_id = leads[double.id].id, leads[self.kept.id].id
        given.run(self.service, double)
        self.session.add_all(
            [
                ContactRefusal(client_id=double.id, scope=RefusalScope.PURPOSE, source="import:1",
                               purpose=campaign.purpose, recorded_at=NOON),
                Visit(number=f"V{double.id}", asset_id=car.id, client_id=double.id,
                      workshop_id=self.workshop.id, opened_on=date(2026, 1, 5),
                      done_on=date(2026, 1, 5), total=Decimal(100)),
                Notification(employee_id=employee.id, kind="task_given", task_id=task.id,
                             work_list_id=task.work_list_id, occasion=f"given:{task.id}",
                             created_at=NOON),
            ]
        )  # fmt: skip
        double.tax_id, double.birth_on = "770012345678", date(1980, 5, 6)
        double.external_key, double.note = f"K{double.id}", "Звонить после 18"
        double.cooling_off_until = NOON + timedelta(days=2)
        self.session.flush()
        return task

    def point_of(self, client: Client) -> int:
        query = select(ContactPoint.id).where(ContactPoint.client_id == client.id)
        return self.session.scalars(query.order_by(ContactPoint.id)).first() or 0

    def leads_of(self, run_id: int) -> Sequence[Lead]:
        return self.session.scalars(select(Lead).where(Lead.run_id == run_id)).all()

    def list_of(self, task: Task) -> WorkList:
        return self.session.get_one(WorkList, task.work_list_id)
