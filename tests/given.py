"""Builders for the tests: each states only what the test is about, the rest is a default.

``given = Given(session)`` writes rows straight into the tables (no use-case runs, no journal line).
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.catalogue import install_catalogue
from campaigns.models import AcquisitionWay, Campaign, Outcome, ResultCode
from core.access import Actor
from directory.assets.models import Asset, MileageReading, MileageSource, Ownership
from directory.calendars.models import Absence, WorkCalendar
from directory.clients.merge_models import ClientMerge
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitKind, UnitPath
from directory.workshops.models import WorkKind, WorkshopCapacity, WorkshopWork
from entrypoints.wiring import GRANTS
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.told import Verdict
from importers.models import ImportedFile
from selections.models import (
    Cadence,
    Lead,
    RunSource,
    Selection,
    SelectionPlan,
    SelectionRun,
    SelectionVersion,
)
from selections.rules import Condition, Definition, Group, Join, Operator
from selections.wire import to_wire
from tests.conftest import NOON
from worklists.card.models import (
    ChecklistItem,
    Comment,
    Document,
    DocumentKind,
    LinkKind,
    TaskLink,
    Watcher,
)
from worklists.dispatch.wishes import Wish
from worklists.escalation.models import Escalation, EscalationPerson
from worklists.escalation.waiting import waits_since
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.attempt import Attempt, Notification, ServiceRequest
from worklists.models.dispatch import (
    DispatchAction,
    DispatchFilterKept,
    DispatchRun,
    DispatchRunUnit,
)
from worklists.models.preset import DueIn, InvolvementPreset
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList

Row = TypeVar("Row")
_numbers = count(1)

LEASE = timedelta(seconds=90)


class Given:
    """Puts rows where a test needs them; everything happens at ``now``."""

    def __init__(self, session: Session, *, now: datetime = NOON) -> None:
        self.session = session
        self.now = now

    def unit(
        self,
        name: str = "Сервис",
        *,
        kind: UnitKind = UnitKind.DEPARTMENT,
        parent: Unit | None = None,
        time_zone: str | None = None,
    ) -> Unit:
        unit = self._add(
            Unit(parent_id=parent.id if parent else None, kind=kind, code=f"u{next(_numbers)}",
                 name=name, time_zone=time_zone, created_at=self.now)
        )  # fmt: skip
        above = self.session.execute(
            select(UnitPath.ancestor_id, UnitPath.depth).where(
                UnitPath.descendant_id == unit.parent_id
            )
        ).all()
        paths = [(unit.id, 0), *((ancestor, depth + 1) for ancestor, depth in above)]
        self.session.add_all(
            UnitPath(ancestor_id=ancestor, descendant_id=unit.id, depth=depth)
            for ancestor, depth in paths
        )
        self.session.flush()
        return unit

    def employee(
        self, name: str = "Мария Менеджер", *, role: Role = Role.MANAGER, unit: Unit | None = None
    ) -> Employee:
        """A person; with ``unit``: appointed to it in this role."""
        employee = self._add(
            Employee(login=f"person{next(_numbers)}", full_name=name, created_at=self.now)
        )
        if unit is not None:
            self._add(Appointment(employee_id=employee.id, role=role, unit_id=unit.id))
        return employee

    def calendar(self, unit: Unit) -> WorkCalendar:
        """The usual week as the unit's own."""
        week = [[[540, 1080]]] * 5 + [[], []]
        return self._add(WorkCalendar(unit_id=unit.id, week=week, created_at=self.now))

    def workshop(
        self,
        name: str = "Цех № 1",
        *,
        parent: Unit | None = None,
        posts: int = 1,
        slot_minutes: int = 60,
        works: Collection[tuple[str, int]] = (("maintenance", 60),),
    ) -> Unit:
        """A workshop that is booked by its capacity; ``works``: code and minutes."""
        unit = self.unit(name, kind=UnitKind.WORKSHOP, parent=parent)
        self._add(
            WorkshopCapacity(workshop_id=unit.id, posts=posts, slot_minutes=slot_minutes,
                             hold_minutes=10)
        )  # fmt: skip
        for code, minutes in works:
            self._add(
                WorkshopWork(workshop_id=unit.id, work_kind_id=self.kind_id(code), minutes=minutes)
            )
        return unit

    def booking(
        self, task: Task, workshop: Unit, employee: Employee, *, minute: int | None = 600,
        on: date | None = None, **values: Any,
    ) -> ServiceRequest:  # fmt: skip
        """A booking made in the task; without places taken."""
        return self._add(
            ServiceRequest(
                work_list_id=task.work_list_id, task_id=task.id, client_id=task.client_id,
                asset_id=task.asset_id, workshop_id=workshop.id,
                wanted_on=on or self.now.date(), wanted_minute=minute, created_by=employee.id,
                created_at=self.now, **({"work": "TO-4"} | values),
            )
        )  # fmt: skip

    def kind_id(self, code: str = "maintenance") -> int:
        """The id of a kind of work of the shipped catalogue."""
        return self.session.scalars(select(WorkKind.id).where(WorkKind.code == code)).one()

    def absence(
        self, employee: Employee, *, days: int = 1, substitute: Employee | None = None
    ) -> Absence:
        """The person is away from now on."""
        return self._add(
            Absence(employee_id=employee.id, substitute_id=substitute.id if substitute else None,
                    from_at=self.now, until_at=self.now + timedelta(days=days),
                    created_at=self.now)
        )  # fmt: skip

    def actor(
        self, employee: Employee, *, role: Role = Role.MANAGER, units: Collection[Unit] = ()
    ) -> Actor:
        """The person at work in this role; ``units`` empty: those they are appointed to."""
        roots = [unit.id for unit in units] or list(
            self.session.scalars(
                select(Appointment.unit_id).where(Appointment.employee_id == employee.id)
            )
        )
        below = self.session.scalars(
            select(UnitPath.descendant_id).where(UnitPath.ancestor_id.in_(roots))
        )
        return Actor(
            key=f"employee:{employee.id}",
            employee_id=employee.id,
            name=employee.full_name,
            role=role.value,
            unit_ids=frozenset(below),
            permissions=GRANTS[role],
        )

    def manager(self, unit: Unit, *, name: str = "Мария Менеджер") -> Actor:
        """A manager of this unit, ready to act."""
        return self.actor(self.employee(name, unit=unit))

    def client(
        self,
        name: str = "Иванов Иван",
        *,
        unit: Unit | None = None,
        phone: str | None = "+79161234567",
        time_zone: str | None = None,
    ) -> Client:
        """A client known to ``unit``, with one valid phone (``phone=None``: with none)."""
        client = self._add(
            Client(name=name, name_norm=name.lower(), time_zone=time_zone, created_at=self.now)
        )
        if unit is not None:
            self._add(ClientUnit(client_id=client.id, unit_id=unit.id))
        if phone is not None:
            self.phone(client, phone)
        return client

    def merge(self, kept: Client) -> ClientMerge:
        """A merge into the client that moved nothing and was not undone."""
        double = self.client("Double", phone=None)
        double.merged_into_id = kept.id
        return self._add(
            ClientMerge(kept_id=kept.id, double_id=double.id, merged_by="scheduler",
                        merged_at=self.now)
        )  # fmt: skip

    def phone(self, client: Client, value: str, **values: Any) -> ContactPoint:
        return self._add(
            ContactPoint(client_id=client.id, kind=ContactKind.PHONE, typed=value, value=value,
                         reversed_value=value[::-1], **values)
        )  # fmt: skip

    def asset(self, client: Client | None = None, **values: Any) -> Asset:
        """A vehicle, owned by ``client`` if given."""
        number = next(_numbers)
        values = {"vin": f"XTA{number:014d}", "make": "Lada", "model": "Vesta"} | values
        asset = self._add(Asset(created_at=self.now, **values))
        if client is not None:
            self._add(Ownership(asset_id=asset.id, client_id=client.id))
        return asset

    def mileage(self, asset: Asset, km: int, *, read_on: date | None = None) -> MileageReading:
        return self._add(
            MileageReading(asset_id=asset.id, km=km, read_on=read_on or self.now.date(),
                           source=MileageSource.VISIT, recorded_by="import:1")
        )  # fmt: skip

    def catalogue(self) -> None:
        """The shipped campaigns, result codes and ways of acquisition."""
        install_catalogue(self.session, now=self.now)

    def campaign(self, code: str = "maintenance-due", **values: Any) -> Campaign:
        """A campaign of the shipped catalogue, or a bare new one when its code is not there."""
        self.catalogue()
        campaign = self.session.scalars(select(Campaign).where(Campaign.code == code)).first()
        if campaign is None:
            plain = {"name": code, "purpose": code, "goal": "Позвонить", "retry_ladder": []}
            campaign = self._add(Campaign(code=code, created_at=self.now, **(plain | values)))
        for name, value in values.items():
            setattr(campaign, name, value)
        self.session.flush()
        return campaign

    def code_id(self, code: str) -> int:
        """The id of a shipped result code."""
        return self.session.scalars(select(ResultCode.id).where(ResultCode.code == code)).one()

    def acquisition_id(self, code: str = "phone_call") -> int:
        return self.session.scalars(
            select(AcquisitionWay.id).where(AcquisitionWay.code == code)
        ).one()

    def work_list(
        self,
        unit: Unit | None = None,
        client: Client | None = None,
        *,
        campaign: Campaign | None = None,
        closed: bool = False,
        **values: Any,
    ) -> WorkList:
        unit = unit or self.unit()
        client = client or self.client(unit=unit)
        return self._add(
            WorkList(
                unit_id=unit.id,
                client_id=client.id,
                campaign_id=(campaign or self.campaign()).id,
                initiator="scheduler",
                opened_at=self.now,
                closed_at=self.now if closed else None,
                **values,
            )
        )

    def task(
        self,
        work_list: WorkList | None = None,
        *,
        unit: Unit | None = None,
        client: Client | None = None,
        asset: Asset | None = None,
        campaign: Campaign | None = None,
        state: TaskState = TaskState.PLANNED,
        performer: Employee | Actor | None = None,
        kind: TaskKind = TaskKind.CALL,
        due_at: datetime | None = None,
        **values: Any,
    ) -> Task:
        """A task; without ``work_list``: in a new open one of ``unit`` and ``client``."""
        campaign = campaign or self.campaign()
        work_list = work_list or self.work_list(unit, client, campaign=campaign)
        return self._add(
            Task(
                work_list_id=work_list.id,
                unit_id=work_list.unit_id,
                client_id=work_list.client_id,
                campaign_id=campaign.id,
                asset_id=asset.id if asset else None,
                asset_key=asset.id if asset else 0,
                kind=kind,
                state=state,
                due_at=due_at or self.now,
                performer_id=_person(performer),
                **(_plain_task(campaign, self.now) | _state_values(state, self.now) | values),
            )
        )

    def attempt(
        self,
        task: Task,
        employee: Employee,
        *,
        outcome: Outcome = Outcome.NO_ANSWER,
        at: datetime | None = None,
        **values: Any,
    ) -> Attempt:
        """What came of one call of the employee; the task itself stays as it is."""
        return self._add(
            Attempt(task_id=task.id, unit_id=task.unit_id, client_id=task.client_id,
                    campaign_id=task.campaign_id, asset_id=task.asset_id,
                    employee_id=employee.id, outcome=outcome, at=at or self.now, **values)
        )  # fmt: skip

    def run(self, unit: Unit, *clients: Client, title: str = "Выборка") -> SelectionRun:
        """A run that found these clients (without assets)."""
        run = self._add(
            SelectionRun(source=RunSource.FILE, unit_id=unit.id, title=title, parameters={},
                         run_by="import:1", run_at=self.now)
        )  # fmt: skip
        for client in clients:
            self.lead(run, client)
        return run

    def selection(
        self, unit: Unit, employee: Employee, name: str = "Выборка", rule: Group | None = None
    ) -> Selection:
        """A selection of the unit with one version; without ``rule``: everybody with a phone."""
        phone = Condition("client.has_phone", Operator.IS, (True,))
        definition = Definition(rule=rule or Group(Join.ALL, (phone,)))
        selection = self._add(
            Selection(unit_id=unit.id, name=name, version_no=1, created_by=employee.id,
                      created_at=self.now)
        )  # fmt: skip
        self._add(
            SelectionVersion(selection_id=selection.id, number=1, name=name,
                             definition=to_wire(definition), saved_by=employee.id,
                             saved_at=self.now)
        )  # fmt: skip
        return selection

    def selection_plan(self, selection: Selection, task: Task, employee: Employee) -> SelectionPlan:
        """A plan that runs when data comes, for the unit and the campaign of the task."""
        return self._add(
            SelectionPlan(selection_id=selection.id, unit_id=task.unit_id,
                          campaign_id=task.campaign_id, answers={}, cadence=Cadence.ON_DATA,
                          created_by=employee.id, created_at=self.now)
        )  # fmt: skip

    def lead(
        self,
        run: SelectionRun,
        client: Client,
        asset: Asset | None = None,
        *,
        due_at: datetime | None = None,
    ) -> Lead:
        asset_id = asset.id if asset else None
        return self._add(
            Lead(run_id=run.id, client_id=client.id, asset_id=asset_id, asset_key=asset_id or 0,
                 why={"days": 365}, due_at=due_at)
        )  # fmt: skip

    def imported_file(self, unit: Unit, employee: Employee) -> ImportedFile:
        """A file without rows, as if it had been read."""
        return self._add(
            ImportedFile(format="maintenance-due", unit_id=unit.id, name="файл.xlsx", header=[],
                         sha256=f"{next(_numbers):064d}", loaded_by=employee.id,
                         loaded_at=self.now)
        )  # fmt: skip

    def record_load(
        self,
        unit: Unit,
        employee: Employee,
        *,
        words: tuple[str, str, str] = ("ФИО", "Телефон", "Лунин Пётр"),
    ) -> RecordLoad:
        """A load that is done, with one row that waits for a person: row 2.

        ``words``: the two headings and the name in the row.
        """
        name, phone, person = words
        load = self._add(
            RecordLoad(
                unit_id=unit.id, format="clients", name="clients.xlsx", size=1,
                sha256=f"{unit.id:064d}", header=[name, phone],
                columns=[["name", "heading", 0, None], ["phone", "heading", 0, None]],
                state=LoadState.DONE, counts={"invalid": 1}, position=2, batches=0,
                asked_by=f"employee:{employee.id}", asked_at=self.now, finished_at=self.now,
            )
        )  # fmt: skip
        problems = [[phone, "phone_too_short", "12"]]
        self._add(
            LoadedRow(load_id=load.id, row_no=2, verdict=Verdict.INVALID, problems=problems,
                      cells=[person, "12"])
        )  # fmt: skip
        return load

    def load_decision(self, load: RecordLoad) -> LoadDecision:
        """A decision that was undone."""
        return self._add(
            LoadDecision(load_id=load.id, choice=Choice.SKIP, rows=[], by=load.asked_by,
                         at=self.now, undone_at=self.now)
        )  # fmt: skip

    def involvement(
        self, source: Task, asker: Employee, *, there: Task | None = None
    ) -> Involvement:
        """A request of the task's side to another unit, with its task there."""
        client = self.session.get_one(Client, source.client_id)
        there = there or self.task(unit=self.unit(), client=client, kind=TaskKind.DEPARTMENT)
        return self._add(
            Involvement(from_work_list_id=source.work_list_id, from_task_id=source.id,
                        to_work_list_id=there.work_list_id, to_task_id=there.id,
                        asked_by=asker.id, asked_at=self.now)
        )  # fmt: skip

    def preset(self, unit: Unit, employee: Employee, **values: Any) -> InvolvementPreset:
        """What the unit usually asks of another one: within two working hours."""
        plain = {"subject": "Наличие детали", "text": "Проверить остаток", "due_amount": 2,
                 "due_in": DueIn.HOURS, "with_documents": False}  # fmt: skip
        if "to_unit_id" not in values:
            values["to_unit_id"] = self.unit().id
        return self._add(
            InvolvementPreset(unit_id=unit.id, created_by=employee.id, created_at=self.now,
                              **(plain | values))
        )  # fmt: skip

    def dispatch_run(self, task: Task, employee: Employee) -> DispatchRun:
        """A dry run that would give the task the highest priority."""
        wish = Wish(action=DispatchAction.PRIORITY, priority=1)
        run = self._add(
            DispatchRun(action=wish.action, parameters=wish.as_json(), filter={},
                        created_by=employee.id, created_at=self.now)
        )  # fmt: skip
        self._add(DispatchRunUnit(run_id=run.id, unit_id=task.unit_id))
        return run

    def dispatch_filter(self, unit: Unit, employee: Employee) -> DispatchFilterKept:
        """A saved filter of the employee, shared with the unit."""
        return self._add(
            DispatchFilterKept(employee_id=employee.id, name="Отбор", wanted={},
                               shared_unit_id=unit.id, changed_at=self.now)
        )  # fmt: skip

    def notification(self, task: Task, employee: Employee) -> Notification:
        """Something that the employee must know about the task."""
        return self._add(
            Notification(employee_id=employee.id, kind="control_due", task_id=task.id,
                         work_list_id=task.work_list_id, occasion=f"test:{next(_numbers)}",
                         created_at=self.now)
        )  # fmt: skip

    def escalation(self, task: Task, employee: Employee, *, level: int = 1) -> Escalation:
        """The task has reached the level, and the employee was told."""
        since = self.session.scalars(select(waits_since()).where(Task.id == task.id)).one()
        escalation = self._add(
            Escalation(task_id=task.id, since=since, level=level, begun_at=self.now)
        )
        self._add(
            EscalationPerson(escalation_id=escalation.id, employee_id=employee.id,
                             told_at=self.now)
        )  # fmt: skip
        return escalation

    def comment(self, task: Task, employee: Employee, text: str = "Позвонил механик") -> Comment:
        return self._add(
            Comment(task_id=task.id, author_id=employee.id, text=text, at=self.now)
        )  # fmt: skip

    def document(self, task: Task, employee: Employee, **values: Any) -> Document:
        """A row without its bytes."""
        plain = {"name": "акт.pdf", "kind": DocumentKind.PDF, "size": 10, "sha256": "0" * 64}
        return self._add(
            Document(task_id=task.id, added_by=employee.id, added_at=self.now, **(plain | values))
        )

    def checklist_item(self, task: Task, employee: Employee) -> ChecklistItem:
        return self._add(
            ChecklistItem(task_id=task.id, position=next(_numbers), text="Проверить",
                          added_by=employee.id, added_at=self.now)
        )  # fmt: skip

    def watcher(self, task: Task, employee: Employee) -> Watcher:
        return self._add(
            Watcher(task_id=task.id, employee_id=employee.id, added_by=employee.id,
                    added_at=self.now)
        )  # fmt: skip

    def link(self, task: Task, other: Task, employee: Employee) -> TaskLink:
        return self._add(
            TaskLink(task_id=task.id, other_id=other.id, kind=LinkKind.RELATED,
                     added_by=employee.id, added_at=self.now)
        )  # fmt: skip

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row


def _person(performer: Employee | Actor | None) -> int | None:
    if isinstance(performer, Actor):
        return performer.person
    return performer.id if performer else None


def _plain_task(campaign: Campaign, now: datetime) -> dict[str, Any]:
    return {
        "goal": campaign.goal,
        "priority": campaign.priority,
        "time_zone": "Europe/Moscow",
        "created_at": now,
        "created_by": "scheduler",
    }


def _state_values(state: TaskState, now: datetime) -> dict[str, Any]:
    """What the table demands of a task in this state."""
    if state is TaskState.IN_WORK:
        return {"lease_until": now + LEASE, "taken_at": now, "claim_token": 1}
    if state is TaskState.ON_CONTROL:
        return {"control_at": now + timedelta(days=3)}
    if state in CLOSED:
        return {"closed_at": now, "finish": Finish.GOAL_REACHED}
    return {}
