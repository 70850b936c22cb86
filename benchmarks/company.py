"""A company to measure in: units, people, campaigns; what it has to do is filled in afterwards.

Times lie around ``base`` (the moment of founding), calling hours are always open.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from benchmarks.places import Place
from campaigns.catalogue import install_catalogue
from campaigns.models import Campaign
from core.access import Actor
from directory.staff.models import Appointment, Employee, Role
from directory.staff.sessions import open_session
from directory.units.models import Unit, UnitKind, UnitPath
from entrypoints.wiring import GRANTS

CENTRES, WORKSHOPS = 3, 3
MANAGERS_PER_UNIT = 8


@dataclass
class Company:
    """What was made: units that work, people, campaigns."""

    base: datetime
    root_id: int
    unit_ids: list[int]
    manager_ids: dict[int, list[int]] = field(default_factory=dict)
    head_id: int = 0
    campaign_ids: list[int] = field(default_factory=list)

    def manager(self, place: Place, unit_id: int, number: int = 0) -> Actor:
        """A manager of the unit, ready to act."""
        employee_id = self.manager_ids[unit_id][number]
        return Actor(
            key=f"employee:{employee_id}",
            employee_id=employee_id,
            role=Role.MANAGER.value,
            unit_ids=frozenset({unit_id}),
            permissions=GRANTS[Role.MANAGER],
        )

    def head(self) -> Actor:
        """The head of everything."""
        return Actor(
            key=f"employee:{self.head_id}",
            employee_id=self.head_id,
            role=Role.HEAD.value,
            unit_ids=frozenset({self.root_id, *self.unit_ids}),
            permissions=GRANTS[Role.HEAD],
        )

    def sign_in(self, place: Place, employee_id: int, role: Role) -> str:
        """The token of a browser in which this person is signed in."""
        with place.database.unit_of_work() as session:
            return open_session(
                session, employee_id, role=role, now=self.base, longest=timedelta(hours=14)
            )


def found_company(place: Place) -> Company:
    """A company of three centres with three workshops each, people in all, campaigns."""
    base = datetime.now(UTC).replace(microsecond=0)
    with place.database.unit_of_work() as session:
        install_catalogue(session, now=base)
        for campaign in session.scalars(select(Campaign)):
            campaign.call_from_minute, campaign.call_until_minute = 0, 24 * 60
            campaign.call_weekdays = 0b1111111
        campaigns = sorted(session.scalars(select(Campaign.id)))

        def add_unit(code: str, kind: UnitKind, above: list[int]) -> int:
            unit = Unit(parent_id=above[0] if above else None, kind=kind, code=code, name=code,
                        created_at=base)  # fmt: skip
            session.add(unit)
            session.flush()
            session.add_all(
                UnitPath(ancestor_id=ancestor, descendant_id=unit.id, depth=depth)
                for depth, ancestor in enumerate([unit.id, *above])
            )
            session.flush()
            return unit.id

        def add_person(login: str, role: Role, unit_id: int) -> int:
            person = Employee(login=login, full_name=f"Сотрудник {login}", created_at=base)
            session.add(person)
            session.flush()
            session.add(Appointment(employee_id=person.id, role=role, unit_id=unit_id))
            return person.id

        root = add_unit("company", UnitKind.COMPANY, [])
        company = Company(base, root, [], campaign_ids=campaigns)
        for centre in range(CENTRES):
            above = [add_unit(f"centre-{centre}", UnitKind.CENTRE, [root]), root]
            for number in range(WORKSHOPS):
                unit_id = add_unit(f"shop-{centre}-{number}", UnitKind.WORKSHOP, above)
                company.unit_ids.append(unit_id)
                company.manager_ids[unit_id] = [
                    add_person(f"m{unit_id}-{person}", Role.MANAGER, unit_id)
                    for person in range(MANAGERS_PER_UNIT)
                ]
        company.head_id = add_person("head", Role.HEAD, root)
    return company
