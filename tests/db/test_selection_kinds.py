"""Each kind of selection that ships, at its edges (A9, A11; rules 17 and 18)."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from directory.visits.models import RecommendationStatus, VisitStatus
from selections.checking import problems_of
from selections.rules import Asked, ParameterType, Subject, values_of, walk
from selections.wire import from_wire, to_wire
from tests.conftest import NOON
from tests.kinds_given import CASES, FAR, TODAY, ZONE, Case, Scene, no_selection
from worklists.lifecycle import TaskState
from worklists.models.attempt import ServiceRequestState
from worklists.selection_fields import CATALOGUE
from worklists.selection_kinds import KIND_OF, KINDS
from worklists.verdicts import BlockRule

YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
S = ServiceRequestState
of_each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
of_each_with_a_day = pytest.mark.parametrize(
    "case", [one for one in CASES if one.first != date.min], ids=lambda case: case.name
)


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def _days(case: Case) -> tuple[date, date]:
    """The limits; what goes by no day has any."""
    return (TODAY, TODAY) if case.first == date.min else (case.first, case.last)


def test_kinds_are_sound() -> None:
    assert len(KIND_OF) == len(KINDS) == 12
    assert {case.code for case in CASES} == set(KIND_OF)
    for kind in KINDS:
        definition = kind.definition
        assert from_wire(to_wire(definition)) == definition
        assert not problems_of(
            definition, catalogue=CATALOGUE, today=TODAY, definition_of=no_selection
        )
        asked = {
            value.parameter
            for _, rule in walk(definition.rule)
            for value in values_of(rule)
            if isinstance(value, Asked)
        }
        assert asked == {one.code for one in definition.parameters}, kind.code
        scope = ("client",) if definition.subject is Subject.CLIENT else ("client", "vehicle")
        assert set(definition.columns) <= {one.code for one in CATALOGUE.fields_of(scope)}


@of_each_with_a_day
def test_exactly_on_the_limit_is_found_and_a_day_beyond_is_not(scene: Scene, case: Case) -> None:
    day = timedelta(days=1)
    found = set()
    for shift in (case.first - day, case.first, case.last, case.last + day):
        client = scene.client()
        vehicle = scene.given.asset(client)
        case.meets(scene, client, vehicle, shift)
        if case.first <= shift <= case.last:
            found.add(case.lead(client, vehicle))
    assert case.found(scene) == found


@of_each
def test_whom_nobody_may_call_is_found_and_blocked(scene: Scene, case: Case) -> None:
    without_phone, refusing = scene.client(phone=None), scene.client()
    scene.refuse_all(refusing)
    leads = set()
    for client in (without_phone, refusing):
        vehicle = scene.given.asset(client)
        case.meets(scene, client, vehicle, _days(case)[0])
        leads.add(case.lead(client, vehicle))
    assert case.found(scene) == leads
    assert scene.block(without_phone) == BlockRule.NO_VALID_PHONE
    assert scene.block(refusing) == BlockRule.DO_NOT_CONTACT


@of_each
def test_of_two_vehicles_only_those_meant_are_found(scene: Scene, case: Case) -> None:
    client = scene.client()
    vehicles = [scene.given.asset(client) for _ in range(2)]
    first, last = _days(case)
    case.meets(scene, client, vehicles[0], first)
    assert case.found(scene) == {case.lead(client, vehicles[0])}
    case.meets(scene, client, vehicles[1], last)
    both = {case.lead(client, vehicle) for vehicle in vehicles}
    assert case.found(scene) == both
    assert len(both) == (2 if case.of_vehicle else 1)


@of_each
def test_a_vehicle_leads_to_its_present_owner(scene: Scene, case: Case) -> None:
    """And what a client did or booked leads to that client, whoever owns the vehicle now."""
    seller, buyer = scene.client("Продавец"), scene.client("Покупатель")
    vehicle = scene.given.asset(seller)
    case.meets(scene, seller, vehicle, _days(case)[0])
    scene.sell(vehicle, buyer)
    assert case.found(scene) == {case.lead(buyer if case.of_vehicle else seller, vehicle)}


@of_each
def test_of_a_merged_client_the_one_that_is_left_is_found_once(scene: Scene, case: Case) -> None:
    double, kept = scene.client("Двойник"), scene.client("Иванов")
    vehicle = scene.given.asset(double)
    case.meets(scene, double, vehicle, _days(case)[0])
    scene.merge(double, kept)
    assert case.found(scene) == {case.lead(kept, vehicle)}


@of_each
def test_a_last_visit_today(scene: Scene, case: Case) -> None:
    client = scene.client()
    vehicle = scene.given.asset(client)
    case.meets(scene, client, vehicle, _days(case)[0])
    scene.visit(client, vehicle, TODAY)
    scene.forecast_anew()
    assert case.found(scene) == ({case.lead(client, vehicle)} if case.seen_today else set())


@of_each
def test_a_visit_in_another_workshop(scene: Scene, case: Case) -> None:
    """Lost to a workshop is not lost to its unit; lost to the unit is not lost to the company."""
    leads = []
    for workshop, is_found in ((scene.second, case.next_door), (scene.elsewhere, case.elsewhere)):
        client = scene.client()
        vehicle = scene.given.asset(client)
        case.meets(scene, client, vehicle, _days(case)[0])
        scene.visit(client, vehicle, YESTERDAY, workshop)
        leads += [case.lead(client, vehicle)] if is_found else []
    scene.forecast_anew()
    assert case.found(scene) == set(leads)


@of_each
def test_clients_of_other_units_are_not_found(scene: Scene, case: Case) -> None:
    ours, theirs = scene.client(), scene.given.client(unit=scene.other_centre)
    leads = []
    for client in (ours, theirs):
        vehicle = scene.given.asset(client)
        case.meets(scene, client, vehicle, _days(case)[0])
        leads.append(case.lead(client, vehicle))
    assert case.found(scene) == {leads[0]}
    assert case.found(scene, centre=scene.centre.id) == {leads[0]}
    assert case.found(scene, centre=scene.other_centre.id) == set()


@of_each
def test_each_lead_says_why_it_is_here(scene: Scene, case: Case) -> None:
    client = scene.client()
    vehicle = scene.given.asset(client)
    case.meets(scene, client, vehicle, _days(case)[0])
    definition = KIND_OF[case.code].definition
    rows = scene.session.execute(scene.question(case.code, **case.told).explained(definition))
    (row,) = rows.mappings().all()
    reasons = {key: value for key, value in row.items() if key[:1] == "0"}
    assert any(value is not None for value in reasons.values()), row


@pytest.mark.parametrize("case", [one for one in CASES if one.of_vehicle], ids=lambda one: one.name)
def test_what_is_under_way_is_left_alone(scene: Scene, case: Case) -> None:
    """Booked, in the workshop, or called lately; a booking that has passed hinders nobody."""
    leads = []
    for hindrance in ("booked", "in the workshop", "called", "passed", "cancelled", "undone"):
        client = scene.client(hindrance)
        vehicle = scene.given.asset(client)
        case.meets(scene, client, vehicle, _days(case)[1])
        match hindrance:
            case "booked":
                scene.booking(client, vehicle, TODAY)
            case "in the workshop":
                scene.visit(client, vehicle, TODAY, status=VisitStatus.OPEN)
            case "called":
                scene.contact(client, vehicle, YESTERDAY)
            case "passed":
                scene.booking(client, vehicle, YESTERDAY)
            case "cancelled":
                scene.booking(client, vehicle, TOMORROW, S.CANCELLED)
            case "undone":
                scene.contact(client, vehicle, YESTERDAY, undone_at=NOON)
        goes_on = hindrance in ("passed", "cancelled", "undone")
        is_asked = case.code not in ("recall", "cover_ends")
        if goes_on or case.code == "recall" or (not is_asked and hindrance != "called"):
            leads.append(case.lead(client, vehicle))
    assert case.found(scene) == set(leads)


def test_maintenance_goes_by_the_forecast_alone_when_no_interval_is_asked(scene: Scene) -> None:
    due, visited = scene.client(), scene.client()
    vehicle = scene.given.asset(due)
    scene.forecast(vehicle, TODAY)
    scene.visit(visited, scene.given.asset(visited), date(2025, 3, 1))
    found = scene.found("maintenance_due", visited_from=None, visited_until=None)
    assert found == {(due.id, vehicle.id)}


@pytest.mark.parametrize("code", ["lost_by_unit", "lost_by_workshop"])
def test_only_a_regular_client_is_lost(scene: Scene, code: str) -> None:
    last = date(2025, 1, 31)
    limit, beyond = (date(2022, 1, 31),), (date(2022, 1, 30),)
    two = (date(2024, 6, 1), date(2024, 6, 2))
    leads = {}
    for earlier in ((), limit, beyond, (last,), two):
        client = scene.client()
        vehicle = scene.given.asset(client)
        for day in (*earlier, last):
            scene.visit(client, vehicle, day)
        leads[earlier] = (client.id, vehicle.id)
    assert scene.found(code) == {leads[limit], leads[two]}
    assert scene.found(code, times=2) == {leads[two]}
    assert scene.found(code, times=None) == set(leads.values())


def test_earlier_visits_next_door_do_not_make_a_regular_of_the_workshop(scene: Scene) -> None:
    client = scene.client()
    vehicle = scene.given.asset(client)
    scene.visit(client, vehicle, date(2024, 9, 1), scene.second)
    scene.visit(client, vehicle, date(2025, 1, 31))
    assert scene.found("lost_by_workshop") == set()
    assert scene.found("lost_by_unit") == {(client.id, vehicle.id)}


def test_thin_ice_of_one_unit_is_where_the_last_visit_was(scene: Scene) -> None:
    here, there = scene.client(), scene.client()
    for client, workshop in ((here, scene.first), (there, scene.elsewhere)):
        scene.visit(client, scene.given.asset(client), date(2025, 5, 1), workshop)
    assert {one[0] for one in scene.found("thin_ice")} == {here.id, there.id}
    assert {one[0] for one in scene.found("thin_ice", unit=scene.unit.id)} == {here.id}


def test_work_that_was_done_is_not_declined(scene: Scene) -> None:
    leads = {}
    for status in RecommendationStatus:
        client = scene.client()
        vehicle = scene.given.asset(client)
        scene.advice(scene.visit(client, vehicle, TODAY - timedelta(days=60)), status)
        leads[status] = (client.id, vehicle.id)
    del leads[RecommendationStatus.DONE]
    assert scene.found("declined_work") == set(leads.values())


def test_a_no_show_until_something_came_of_it(scene: Scene) -> None:
    day = TODAY - timedelta(days=3)
    clients = {}
    for what in (
        "nobody noted it", "came today", "expected today", "booked again", "booked and cancelled",
        "called since", "called on the day", "came without booking", "task is open",
        "called before", "other vehicle booked",
    ):  # fmt: skip
        client = clients[what] = scene.client(what)
        vehicle = scene.given.asset(client)
        on = TODAY if what == "expected today" else day
        is_noted = what not in ("nobody noted it", "expected today")
        row = scene.booking(client, vehicle, on, S.NO_SHOW if is_noted else S.REQUESTED)
        match what:
            case "came today":
                row.state = S.ARRIVED
            case "booked again":
                scene.booking(client, vehicle, FAR)
            case "booked and cancelled":
                scene.booking(client, vehicle, FAR, S.CANCELLED)
            case "other vehicle booked":
                scene.booking(client, scene.given.asset(client), FAR)
            case "called since":
                scene.contact(client, None, YESTERDAY)
            case "called on the day":
                scene.contact(client, vehicle, day)
            case "called before":
                scene.contact(client, vehicle, day - timedelta(days=1))
            case "came without booking":
                scene.visit(client, vehicle, day, scene.second, VisitStatus.OPEN)
            case "task is open":
                row.next_task_id = scene.task(client, vehicle, state=TaskState.PLANNED).id
    scene.session.flush()
    found = {one[0] for one in scene.found("no_show")}
    names = {what for what, client in clients.items() if client.id in found}
    assert names == {
        "nobody noted it", "booked and cancelled", "called before", "other vehicle booked",
    }  # fmt: skip


def test_a_call_belongs_to_the_day_that_it_is_in_the_unit(scene: Scene) -> None:
    visited = TODAY - timedelta(days=5)
    same_day, past_midnight = scene.client(), scene.client()
    for client, hour in ((same_day, 20), (past_midnight, 21)):
        scene.visit(client, scene.given.asset(client), visited)
        scene.contact(client, None, visited, hour=hour)
    assert scene.found("after_service") == {(same_day.id, None)}


def test_nobody_is_asked_twice_about_one_visit(scene: Scene) -> None:
    visited = TODAY - timedelta(days=5)
    asked, told_ready, twice = (scene.client() for _ in range(3))
    for client in (asked, told_ready, twice):
        scene.visit(client, scene.given.asset(client), visited)
    scene.contact(asked, None, visited + timedelta(days=3))
    scene.contact(told_ready, None, visited)
    scene.contact(twice, None, visited + timedelta(days=1))
    scene.visit(twice, scene.given.asset(twice), TODAY - timedelta(days=3))
    found = {(told_ready.id, None), (twice.id, None)}
    assert scene.found("after_service") == found
    assert scene.found("after_service", unit=scene.other_centre.id) == set()
    assert scene.found("after_service", unit=scene.unit.id) == found


def test_a_booking_is_confirmed_once_and_only_while_it_stands(scene: Scene) -> None:
    clients = {state: scene.client() for state in S}
    for state, client in clients.items():
        scene.booking(client, None, TOMORROW, state)
    spoken = scene.client()
    scene.booking(spoken, None, TOMORROW)
    scene.contact(spoken, None, TODAY)
    assert scene.found("confirm_booking") == {(clients[S.REQUESTED].id, None)}
    assert scene.found("confirm_booking", unit=scene.other_centre.id) == set()
    assert (spoken.id, None) in scene.found("confirm_booking", contacted_since=None)


def test_a_recall_knows_a_vin_however_it_is_typed(scene: Scene) -> None:
    client = scene.client()
    vehicle = scene.given.asset(client, vin="XTA217030C0345678")
    typed = ("хта 217030-c0345678", "нет такого", *(f"Z{n:016}" for n in range(3_000)))
    assert scene.found("recall", vins=typed) == {(client.id, vehicle.id)}
    assert scene.found("recall", vins=("хта",)) == set()


@pytest.mark.parametrize(
    ("born", "days", "is_found"),
    [
        (date(1984, 3, 18), 0, True),
        (date(1984, 3, 17), 0, False),
        (date(2000, 2, 29), 346, False),
        (date(2000, 2, 29), 347, True),
        (date(1970, 1, 1), 289, True),
        (date(1970, 1, 1), 288, False),
        (None, 3, False),
    ],
)
def test_birthdays(scene: Scene, born: date | None, days: int, is_found: bool) -> None:
    """29 February is kept on the 28th of other years; a period may reach over the new year."""
    client = scene.client()
    client.birth_on = born
    scene.session.flush()
    assert scene.found("birthday", days=days) == ({(client.id, None)} if is_found else set())


def test_who_is_on_somebodys_list_is_not_forgotten(scene: Scene) -> None:
    day = TODAY - timedelta(days=90)
    alone, on_a_list, called_since = (scene.client() for _ in range(3))
    for client in (alone, on_a_list, called_since):
        scene.contact(client, None, day)
    scene.task(on_a_list, None, state=TaskState.PLANNED)
    scene.contact(called_since, None, TODAY - timedelta(days=20))
    assert scene.found("forgotten") == {(alone.id, None)}


def test_a_day_is_that_of_the_unit(scene: Scene) -> None:
    """21:30 in UTC is after midnight in Moscow."""
    assert ZONE == "Europe/Moscow"
    client = scene.client()
    row = scene.contact(client, None, TODAY - timedelta(days=60))
    assert scene.found("forgotten") == {(client.id, None)}
    row.at = row.at.replace(hour=21, minute=30)
    scene.session.flush()
    assert scene.found("forgotten") == set()


def test_what_a_person_is_asked(scene: Scene) -> None:
    """The loss by workshops asks for the workshop instead of the unit (A11)."""
    asked = {one.code: one for one in KIND_OF["lost_by_workshop"].definition.parameters}
    assert asked["workshop"].type is ParameterType.WORKSHOP and asked["workshop"].is_required
    assert "unit" not in asked
    assert "workshop" not in {one.code for one in KIND_OF["lost_by_unit"].definition.parameters}
