"""A company in which the shipped kinds of selection find whom a test puts there.

``Case``: one kind with what brings a client and a vehicle to it on a given day.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from core.errors import NotFound
from directory.assets.forecast_models import CountedFrom, DueBy, ForecastBasis, MileageForecast
from directory.assets.forecast_sweep import forecast_now
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client, ClientUnit, ContactRefusal, RefusalScope
from directory.units.models import Unit, UnitKind
from directory.visits.models import Recommendation, RecommendationStatus, Visit, VisitStatus
from selections.fields import Moment
from selections.reading import meant_now
from selections.rules import Definition, Parameter
from selections.settling import Answer
from selections.statements import Question
from tests.conftest import NOON
from tests.given import Given
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt, ServiceRequest, ServiceRequestState
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.selection_fields import CATALOGUE
from worklists.selection_kinds import KIND_OF
from worklists.verdicts import client_block

TODAY = NOON.date()
FAR = date(2030, 1, 1)
ZONE = "Europe/Moscow"
Row = TypeVar("Row")
Found = set[tuple[int, int | None]]


def no_selection(selection_id: int) -> Definition:
    """There is none that others could contain."""
    raise NotFound("selection", selection_id)


class Scene:
    """A centre with a service of two workshops, and another centre with a third workshop."""

    def __init__(self, session: Session) -> None:
        self.session, self.given = session, Given(session)
        self.centre = self.given.unit("ЦФО", kind=UnitKind.CENTRE)
        self.unit = self.given.unit("Сервис", parent=self.centre)
        self.first = self.workshop("Цех 1", self.unit)
        self.second = self.workshop("Цех 2", self.unit)
        self.other_centre = self.given.unit("Другой ЦФО", kind=UnitKind.CENTRE)
        self.elsewhere = self.workshop("Цех 3", self.other_centre)
        self.manager = self.given.employee(unit=self.unit)
        self.vins: list[str] = []

    def workshop(self, name: str, parent: Unit) -> Unit:
        return self.given.unit(name, kind=UnitKind.WORKSHOP, parent=parent)

    def client(self, name: str = "Иванов Иван", **values: Any) -> Client:
        """Known to the service."""
        return self.given.client(name, unit=self.unit, **values)

    def visit(
        self,
        client: Client,
        vehicle: Asset,
        day: date,
        workshop: Unit | None = None,
        status: VisitStatus = VisitStatus.DONE,
    ) -> Visit:
        """In the first workshop, if nothing else is said."""
        number = self.session.query(Visit).count() + 1
        done_on = day if status is VisitStatus.DONE else None
        row = Visit(number=f"v{number}", asset_id=vehicle.id, client_id=client.id,
                    workshop_id=(workshop or self.first).id, status=status, opened_on=day,
                    done_on=done_on)  # fmt: skip
        return self._add(row)

    def advice(
        self, visit: Visit, status: RecommendationStatus = RecommendationStatus.OPEN
    ) -> Recommendation:
        """Work advised at the visit."""
        assert visit.done_on is not None
        row = Recommendation(visit_id=visit.id, asset_id=visit.asset_id, work="Колодки",
                             advised_on=visit.done_on, status=status)  # fmt: skip
        return self._add(row)

    def task(self, client: Client, vehicle: Asset | None = None, **values: Any) -> Task:
        """A finished one."""
        work_list = self.given.work_list(self.unit, client, closed=True)
        return self.given.task(work_list, asset=vehicle, **({"state": TaskState.DONE} | values))

    def contact(
        self, client: Client, vehicle: Asset | None, day: date, hour: int = 9, **values: Any
    ) -> Attempt:
        """Called on the day, at this hour of UTC: at noon."""
        at = datetime.combine(day, time(hour), UTC)
        return self.given.attempt(self.task(client, vehicle), self.manager, at=at, **values)

    def booking(
        self,
        client: Client,
        vehicle: Asset | None,
        day: date,
        state: ServiceRequestState = ServiceRequestState.REQUESTED,
        workshop: Unit | None = None,
    ) -> ServiceRequest:
        """Made three weeks ago."""
        row = self.given.booking(
            self.task(client, vehicle), workshop or self.first, self.manager, on=day, state=state
        )
        row.created_at = NOON - timedelta(days=21)
        self.session.flush()
        return row

    def forecast(self, vehicle: Asset, next_on: date) -> None:
        """The next maintenance is expected on this day."""
        self._add(
            MileageForecast(
                asset_id=vehicle.id, metres_per_day=41_000, basis=ForecastBasis.MEASURED,
                readings_used=3, readings_dropped=0, dropped=[], next_maintenance_on=next_on,
                due_by=DueBy.KM, counted_from=CountedFrom.VISIT, counted_from_on=TODAY,
                interval_km=15_000, interval_months=12, computed_at=NOON,
            )
        )  # fmt: skip

    def forecast_anew(self) -> None:
        """What the sweep does."""
        forecast_now(self.session, now=NOON, today=TODAY)

    def refuse_all(self, client: Client) -> None:
        """Do not call."""
        self._add(
            ContactRefusal(client_id=client.id, scope=RefusalScope.ALL, source="test",
                           recorded_at=NOON)
        )  # fmt: skip

    def sell(self, vehicle: Asset, buyer: Client) -> None:
        """The vehicle has another owner from today on."""
        self.session.execute(
            update(Ownership)
            .where(Ownership.asset_id == vehicle.id, Ownership.until_on.is_(None))
            .values(until_on=TODAY)
        )
        self._add(Ownership(asset_id=vehicle.id, client_id=buyer.id, from_on=TODAY))

    def merge(self, client: Client, into: Client) -> None:
        """All that belonged to the client is the other's; nobody knows the client any more."""
        for table in (Ownership, Visit, WorkList, Task, Attempt, ServiceRequest):
            self.session.execute(
                update(table).where(table.client_id == client.id).values(client_id=into.id)
            )
        into.birth_on = client.birth_on
        self.session.query(ClientUnit).filter_by(client_id=client.id).delete()
        self.session.flush()

    def question(self, code: str, **told: Answer | None) -> Question:
        """The kind asked with its own defaults; a parameter of None is not answered."""
        parameters = KIND_OF[code].definition.parameters
        answers = {one.code: self._usual(one) for one in parameters} | told
        below = self.given.actor(self.manager, units=[self.centre]).unit_ids
        return Question(
            catalogue=CATALOGUE,
            moment=Moment(TODAY, ZONE),
            unit_ids=below,
            answers={key: value for key, value in answers.items() if value is not None},
            definition_of=no_selection,
            meant=meant_now(self.session),
        )

    def found(self, code: str, **told: Answer | None) -> Found:
        """Clients with vehicles (None: the client alone) that the kind finds."""
        statement = self.question(code, **told).found(KIND_OF[code].definition)
        rows = self.session.execute(statement).all()
        pairs = [(row.client_id, row.asset_id) for row in rows]
        assert len(pairs) == len(set(pairs))
        return set(pairs)

    def block(self, client: Client) -> str | None:
        """What stands against calling the client."""
        asset_id, purpose = literal(None, Asset.id.type), literal("service")
        moment = literal(NOON, Client.created_at.type)
        client_id = literal(client.id)
        return self.session.scalar(select(client_block(client_id, asset_id, purpose, moment)))

    def _usual(self, parameter: Parameter) -> Answer | None:
        own: dict[str, Answer] = {"vins": tuple(self.vins) or ("-",), "workshop": self.first.id}
        if parameter.code == "unit" and parameter.is_required:
            return self.unit.id
        return own.get(parameter.code, parameter.default)

    def _add(self, row: Row) -> Row:
        self.session.add(row)
        self.session.flush()
        return row


@dataclass(frozen=True)
class Case:
    """One way to come to a kind."""

    name: str
    code: str
    meets: Callable[[Scene, Client, Asset, date], None]
    first: date
    """The days from which…"""
    last: date
    """…and until which this is found."""
    of_vehicle: bool = True
    seen_today: bool = True
    """Whether who was served today is found all the same."""
    next_door: bool = True
    """Whether who was served yesterday in the other workshop of the service is found…"""
    elsewhere: bool = True
    """…or in a workshop of another centre."""
    told: dict[str, Answer] = field(default_factory=dict)

    def found(self, scene: Scene, **told: Answer | None) -> Found:
        """What the kind finds."""
        return scene.found(self.code, **(self.told | told))

    def lead(self, client: Client, vehicle: Asset) -> tuple[int, int | None]:
        """How the kind names them."""
        return client.id, vehicle.id if self.of_vehicle else None


def _by_forecast(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.forecast(vehicle, day)


def _by_visit(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.visit(client, vehicle, day)


def _by_two_visits(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.visit(client, vehicle, day - timedelta(days=200))
    scene.visit(client, vehicle, day)


def _by_advice(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.advice(scene.visit(client, vehicle, day))


def _by_no_show(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.booking(client, vehicle, day, ServiceRequestState.NO_SHOW)


def _by_booking(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.booking(client, vehicle, day)


def _by_list(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    assert vehicle.vin is not None
    scene.vins.append(vehicle.vin)


def _by_warranty(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    vehicle.warranty_until = day
    scene.session.flush()


def _by_insurance(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    vehicle.insured_until = day
    scene.session.flush()


def _by_birthday(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    client.birth_on = day.replace(year=1984)
    scene.session.flush()


def _by_contact(scene: Scene, client: Client, vehicle: Asset, day: date) -> None:
    scene.contact(client, vehicle, day)


def _ago(days: int) -> date:
    return TODAY - timedelta(days=days)


_LOST: dict[str, Any] = {
    "first": date(2024, 3, 18), "last": date(2025, 3, 18), "seen_today": False
}  # fmt: skip
CASES = (
    Case("maintenance due by forecast", "maintenance_due", _by_forecast, TODAY, _ago(-30),
         seen_today=False, next_door=False, elsewhere=False),
    Case("maintenance due by interval", "maintenance_due", _by_visit, date(2025, 2, 18),
         date(2025, 3, 18), seen_today=False, next_door=False, elsewhere=False),
    Case("thin ice", "thin_ice", _by_visit, date(2025, 3, 18), date(2025, 6, 18),
         seen_today=False, next_door=False, elsewhere=False),
    Case("lost by unit", "lost_by_unit", _by_two_visits, next_door=False, **_LOST),
    Case("lost by workshop", "lost_by_workshop", _by_two_visits, **_LOST),
    Case("declined work", "declined_work", _by_advice, _ago(180), _ago(30)),
    Case("no-show", "no_show", _by_no_show, _ago(7), TODAY, of_vehicle=False, seen_today=False,
         next_door=False, elsewhere=False),
    Case("after service", "after_service", _by_visit, _ago(15), _ago(3), of_vehicle=False),
    Case("confirm a booking", "confirm_booking", _by_booking, _ago(-1), _ago(-1),
         of_vehicle=False),
    Case("recall", "recall", _by_list, date.min, date.max),
    Case("warranty ends", "cover_ends", _by_warranty, TODAY, _ago(-30)),
    Case("insurance ends", "cover_ends", _by_insurance, TODAY, _ago(-30)),
    Case("birthday", "birthday", _by_birthday, TODAY, _ago(-3), of_vehicle=False),
    Case("forgotten", "forgotten", _by_contact, _ago(365), _ago(60), of_vehicle=False,
         seen_today=False, next_door=False, elsewhere=False),
)  # fmt: skip
