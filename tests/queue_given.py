"""Rows for the tests of the queue: one place, many tasks, written with few words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from directory.clients.models import Client, ContactKind, ContactPoint, ContactRefusal, RefusalScope
from directory.staff.models import Employee
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission

LEASE = timedelta(minutes=5)
MOSCOW = "Europe/Moscow"


@dataclass
class Place:
    """A unit with a campaign, and builders for what the tests need in it."""

    session: Session
    made: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unit = self.new_unit()
        self.campaign = self.new_campaign()

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def number(self) -> int:
        self.made += 1
        return self.made

    def new_unit(self) -> Unit:
        code = f"unit-{self.number()}"
        return self.add(Unit(kind=UnitKind.DEPARTMENT, code=code, name=code, created_at=NOON))

    def new_campaign(self, **values: Any) -> Campaign:
        code = f"campaign-{self.number()}"
        rest = {"name": code, "purpose": "maintenance", "goal": "book", "retry_ladder": []}
        return self.add(Campaign(code=code, created_at=NOON, **(rest | values)))

    def person(self, name: str = "Anna", *units: Unit) -> Actor:
        login = f"{name}-{self.number()}".lower()
        row = self.add(Employee(login=login, full_name=name, created_at=NOON))
        return Actor(
            key=f"employee:{row.id}",
            employee_id=row.id,
            name=name,
            unit_ids=frozenset(unit.id for unit in units or (self.unit,)),
            permissions=frozenset({WorkPermission.WORK, WorkPermission.SEE}),
        )

    def client(self, *, phone: str | None = "+79161234567", **values: Any) -> Client:
        name = f"client-{self.number()}"
        client = self.add(Client(name=name, name_norm=name, created_at=NOON, **values))
        if phone:
            self.add(ContactPoint(client_id=client.id, kind=ContactKind.PHONE, typed=phone,
                                  value=phone))  # fmt: skip
        return client

    def task(self, client: Client | None = None, **values: Any) -> Task:
        client = client or self.client()
        unit_id = values.pop("unit_id", self.unit.id)
        campaign_id = values.pop("campaign_id", self.campaign.id)
        folder = self._work_list(unit_id, client.id, campaign_id)
        rest = {
            "kind": TaskKind.CALL,
            "state": TaskState.PLANNED,
            "goal": "book",
            "due_at": NOON - timedelta(hours=1),
            "time_zone": MOSCOW,
            "created_at": NOON,
            "created_by": "tests",
            "asset_key": self.number(),
        }
        return self.add(
            Task(work_list_id=folder, unit_id=unit_id, client_id=client.id,
                 campaign_id=campaign_id, **(rest | values))
        )  # fmt: skip

    def tasks(self, count: int, **values: Any) -> list[Task]:
        return [self.task(**values) for _ in range(count)]

    def held(self, holder: Actor, until: datetime, client: Client | None = None, **v: Any) -> Task:
        return self.task(client, state=TaskState.IN_WORK, performer_id=holder.person,
                         lease_until=until, taken_at=NOON, claim_token=1, **v)  # fmt: skip

    def refusal(self, client: Client, scope: RefusalScope = RefusalScope.ALL, **v: Any) -> None:
        self.add(ContactRefusal(client_id=client.id, scope=scope, source="tests",
                                recorded_at=NOON, **v))  # fmt: skip

    def _work_list(self, unit_id: int, client_id: int, campaign_id: int) -> int:
        key = f"{unit_id}/{client_id}"
        if key not in self.names:
            row = self.add(
                WorkList(unit_id=unit_id, client_id=client_id, campaign_id=campaign_id,
                         initiator="tests", opened_at=NOON)
            )  # fmt: skip
            self.names[key] = row.id
        return self.names[key]


def ids(tasks: Iterable[Task]) -> list[int]:
    return [task.id for task in tasks]
