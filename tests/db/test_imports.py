"""From an importer's file to work-lists: whom rows concern, what will happen, nothing twice."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.errors import NotFound
from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import (
    Client,
    ClientUnit,
    ContactPoint,
    ContactRefusal,
    RefusalScope,
)
from directory.units.models import Unit
from importers.error_rows import error_rows
from importers.files import recent_files
from importers.formats.lost_clients import LOST_CLIENTS
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.loading import keep_file, load_file, read_file
from importers.models import ImportedFile, ImportedRow, RowFate
from importers.plans import RowPlan
from importers.preview import Called, Preview, preview
from importers.problems import FileProblem, FileRefused, RowProblemCode
from importers.running import FormedFromFile, NothingChosen, form_from_file
from selections.models import Lead
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import IVANOV, PETROVA, write_file
from worklists.lead_reasons import reason_of
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.verdicts import BlockRule

SAMPLES = Path(__file__).parents[2] / "samples"
ZONE = "Europe/Moscow"


class Desk:
    """A unit, its manager and what they do with a file."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        self.given = Given(session)
        self.given.catalogue()
        self.unit: Unit = self.given.unit()
        self.actor: Actor = self.given.manager(self.unit)
        self._folder = folder
        self._files = 0

    def load(self, *rows: tuple[str, ...]) -> ImportedFile:
        self._files += 1
        path = write_file(self._folder / f"{self._files}.xlsx", *rows)
        return self.load_path(path)

    def load_path(self, path: Path, fmt=MAINTENANCE_DUE) -> ImportedFile:  # type: ignore[no-untyped-def]
        return load_file(
            self.session, path, name=path.name, fmt=fmt, unit_id=self.unit.id, actor=self.actor,
            now=NOON,
        )  # fmt: skip

    def look(self, file: ImportedFile, plan: RowPlan | None = None) -> Preview:
        return preview(self.session, file.id, actor=self.actor, now=NOON, plan=plan)

    def plans(self, file: ImportedFile) -> list[str]:
        return [row.plan.value for row in self.look(file).rows]

    def form(self, file: ImportedFile, row_ids: list[int] | None = None) -> FormedFromFile:
        return form_from_file(
            self.session, file.id, row_ids=row_ids, actor=self.actor, now=NOON, default_zone=ZONE
        )

    def count(self, table: type) -> int:
        return self.session.scalar(select(func.count()).select_from(table)) or 0

    def fates(self, file: ImportedFile) -> list[str]:
        rows = select(ImportedRow.fate).where(ImportedRow.file_id == file.id)
        return [fate.value for fate in self.session.scalars(rows.order_by(ImportedRow.row_no))]


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


def test_loading_writes_nothing_but_the_file(desk: Desk) -> None:
    before = desk.count(Client)
    file = desk.load(IVANOV, PETROVA)
    assert desk.fates(file) == ["new_client", "new_client"]
    assert desk.plans(file) == ["new_client", "new_client"]
    assert desk.count(Client) == before
    assert file.header[:3] == ["ФИО", "Телефон", "VIN"]


def test_new_clients_come_with_numbers_vehicle_owner_and_mileage(desk: Desk) -> None:
    file = desk.load(IVANOV)
    formed = desk.form(file)
    assert (formed.clients_new, formed.work_lists_new, formed.tasks_new) == (1, 1, 1)
    task = desk.session.scalars(select(Task).where(Task.unit_id == desk.unit.id)).one()
    client = desk.session.get_one(Client, task.client_id)
    assert client.name == "Иванов Иван Иванович"
    assert client.name_norm == "иванов иван иванович"
    point = desk.session.scalars(
        select(ContactPoint).where(ContactPoint.client_id == client.id)
    ).one()
    assert (point.typed, point.value, point.rank) == ("8 (916) 123-45-67", "+79161234567", 1)
    assert point.reversed_value == "76543216197+"
    asset = desk.session.get_one(Asset, task.asset_id)
    assert (asset.vin, asset.plate_norm, asset.make) == ("XTA21901234567890", "A123BC77", "LADA")
    owner = desk.session.scalars(select(Ownership).where(Ownership.asset_id == asset.id)).one()
    assert owner.client_id == client.id
    reading = desk.session.scalars(
        select(MileageReading).where(MileageReading.asset_id == asset.id)
    ).one()
    assert (reading.km, reading.read_on.isoformat()) == (45_000, "2025-02-01")
    assert desk.session.get(ClientUnit, (client.id, desk.unit.id))
    lead = desk.session.get_one(Lead, task.lead_id)
    assert lead.why["planned_on"] == "2026-02-01" and lead.why["row"] == 2


def test_a_second_click_adds_nothing_and_says_so(desk: Desk) -> None:
    file = desk.load(IVANOV, PETROVA)
    desk.form(file)
    before = [desk.count(t) for t in (Client, ContactPoint, Asset, WorkList, Task)]
    again = desk.form(file)
    assert (again.clients_new, again.tasks_new, again.already_in_work) == (0, 0, 2)
    assert [desk.count(t) for t in (Client, ContactPoint, Asset, WorkList, Task)] == before
    assert desk.plans(file) == ["in_work", "in_work"]


def test_the_same_file_is_kept_once(desk: Desk, tmp_path: Path) -> None:
    path = write_file(tmp_path / "same.xlsx", IVANOV)
    read = read_file(path, MAINTENANCE_DUE)

    def keep(name: str):  # type: ignore[no-untyped-def]
        return keep_file(
            desk.session, read, name=name, unit_id=desk.unit.id, actor=desk.actor, now=NOON
        )

    first, second = keep("a.xlsx"), keep("b.xlsx")
    assert first.is_new and not second.is_new
    assert second.file.id == first.file.id
    assert desk.count(ImportedRow) >= 1
    assert len(desk.look(first.file).rows) == 1


def test_the_same_people_in_another_file_are_found(desk: Desk) -> None:
    first = desk.load(IVANOV, PETROVA)
    second = desk.load(PETROVA, IVANOV)
    desk.form(first)
    # Loaded before the clients were there, looked at after.
    assert desk.plans(second) == ["in_work", "in_work"]
    formed = desk.form(second)
    assert (formed.clients_new, formed.tasks_new, formed.already_in_work) == (0, 0, 2)


def test_found_by_vin_then_by_phone(desk: Desk) -> None:
    owner = desk.given.client("Иванов Иван", phone="+79160000001")
    desk.given.asset(owner, vin=IVANOV[2])
    friend = desk.given.client("Петрова Анна", phone="+79037654321")
    file = desk.load(IVANOV, PETROVA)
    rows = desk.look(file).rows
    assert [row.fate for row in rows] == [RowFate.FOUND_BY_VIN, RowFate.FOUND_BY_PHONE]
    assert [row.client_id for row in rows] == [owner.id, friend.id]
    assert [row.plan for row in rows] == [RowPlan.NEW_LIST, RowPlan.NEW_LIST]
    formed = desk.form(file)
    assert (formed.clients_new, formed.work_lists_new) == (0, 2)
    values = desk.session.scalars(
        select(ContactPoint.value).where(ContactPoint.client_id == owner.id)
    ).all()
    assert set(values) == {"+79160000001", "+79161234567"}


def test_a_vehicle_of_somebody_else_keeps_its_owner_and_warns(desk: Desk) -> None:
    owner = desk.given.client("Сидоров Пётр", phone="+79160000001")
    asset = desk.given.asset(owner, vin=IVANOV[2])
    file = desk.load(IVANOV)
    row = desk.look(file).rows[0]
    assert row.client_id == owner.id
    assert [w.code for w in row.warnings] == [RowProblemCode.OTHER_OWNER]
    desk.form(file)
    owners = desk.session.scalars(select(Ownership).where(Ownership.asset_id == asset.id)).all()
    assert [o.client_id for o in owners] == [owner.id]
    numbers = select(ContactPoint.value).where(ContactPoint.client_id == owner.id)
    assert desk.session.scalars(numbers).all() == ["+79160000001"]


def test_a_row_of_somebody_else_says_who_will_be_called(desk: Desk) -> None:
    owner = desk.given.client("Сидоров Пётр", phone="+79160000001")
    desk.given.asset(owner, vin=IVANOV[2])
    file = desk.load(IVANOV, PETROVA)
    first, second = desk.look(file).rows
    assert first.called == Called("Сидоров Пётр", "+79160000001") and second.called is None
    desk.form(file)
    task = desk.session.scalars(select(Task).where(Task.client_id == owner.id)).one()
    reason = reason_of(desk.session, task)
    assert reason is not None and reason.name == "Иванов Иван Иванович"


def test_a_row_that_names_nobody_says_who_will_be_called(desk: Desk) -> None:
    owner = desk.given.client("Сидоров Пётр", phone="+79160000001")
    desk.given.asset(owner, vin=IVANOV[2])
    row = desk.look(desk.load(("", "", IVANOV[2], *[""] * 6))).rows[0]
    assert (row.name, row.called) == ("", Called("Сидоров Пётр", "+79160000001"))


def test_the_task_tells_what_the_row_said(desk: Desk) -> None:
    file = desk.load(IVANOV)
    desk.form(file)
    task = desk.session.scalars(select(Task).where(Task.unit_id == desk.unit.id)).one()
    work_list = desk.session.get_one(WorkList, task.work_list_id)
    asset = desk.session.get_one(Asset, task.asset_id)
    callback = desk.given.task(
        work_list, asset=asset, kind=TaskKind.CALLBACK, state=TaskState.DEFERRED,
        predecessor_id=task.id,
    )  # fmt: skip
    for one in (task, callback):
        reason = reason_of(desk.session, one)
        assert reason is not None and (reason.file, reason.row_no) == (file.name, 2)
        assert (str(reason.last_visit_on), str(reason.planned_on), reason.mileage_km) == (
            "2025-02-01", "2026-02-01", 45_000,
        )  # fmt: skip
        assert reason.name is None
    assert reason_of(desk.session, desk.given.task(unit=desk.unit)) is None


def test_a_last_visit_that_is_still_to_come_is_told_and_left_out(desk: Desk) -> None:
    days = [f"{NOON.date() + timedelta(days=later):%d.%m.%Y}" for later in (-1, 3)]
    file = desk.load(
        *((*row[:6], day, "", "") for row, day in zip((IVANOV, PETROVA), days, strict=True))
    )
    been, to_come = desk.look(file).rows
    assert (been.last_visit_on, been.warnings) == (NOON.date() - timedelta(days=1), ())
    assert to_come.last_visit_on is None
    assert [(one.column, one.code, one.value) for one in to_come.warnings] == [
        ("Дата последнего ТО", RowProblemCode.NOT_YET, days[1])
    ]


def test_of_several_clients_with_a_phone_the_units_own_is_taken(desk: Desk) -> None:
    desk.given.client("Первый Клиент", phone="+79037654321")
    ours = desk.given.client("Второй Клиент", unit=desk.unit, phone="+79037654321")
    row = desk.look(desk.load(PETROVA)).rows[0]
    assert row.client_id == ours.id
    assert [w.code for w in row.warnings] == [RowProblemCode.SEVERAL_CLIENTS]


def test_of_several_clients_with_a_phone_the_one_whom_the_row_names_is_taken(desk: Desk) -> None:
    """A family shares a number; where its names do not tell whose row it is, that is told."""
    phone = "+79037654321"
    desk.given.client("Ким Олег", unit=desk.unit, phone=phone)
    anna = desk.given.client("Петрова Анна Ильинична", phone=phone)
    row = desk.look(desk.load(("Петрова А.И.", phone, *[""] * 7))).rows[0]
    assert (row.client_id, row.warnings) == (anna.id, ())
    desk.given.client("Петрова Ирина", unit=desk.unit, phone=phone)
    row = desk.look(desk.load(("Петрова Анна", phone, *[""] * 7))).rows[0]
    assert row.client_id == anna.id
    assert [w.code for w in row.warnings] == [RowProblemCode.SEVERAL_CLIENTS]


def test_a_car_is_not_theirs_whose_number_the_row_merely_shares(desk: Desk) -> None:
    other = desk.given.client("Сидоров Пётр", unit=desk.unit, phone="+79161234567")
    file = desk.load(IVANOV)
    row = desk.look(file).rows[0]
    assert (row.client_id, row.called) == (other.id, Called("Сидоров Пётр", "+79161234567"))
    desk.form(file)
    task = desk.session.scalars(select(Task).where(Task.client_id == other.id)).one()
    car = desk.session.get_one(Asset, task.asset_id)
    assert car.vin == IVANOV[2] and desk.count(Ownership) == 0


def test_open_work_lists_get_tasks_appended(desk: Desk) -> None:
    client = desk.given.client("Петрова Анна", phone="+79037654321")
    work_list = desk.given.work_list(
        desk.unit, client, campaign=desk.given.campaign("lost-clients")
    )
    file = desk.load(PETROVA)
    row = desk.look(file).rows[0]
    assert (row.plan, row.work_list_id) == (RowPlan.APPENDED, work_list.id)
    formed = desk.form(file)
    assert (formed.work_lists_new, formed.work_lists_appended, formed.tasks_new) == (0, 1, 1)


def test_two_vehicles_of_one_new_client_share_a_work_list(desk: Desk) -> None:
    second = (*IVANOV[:2], "XTA21901234567891", *IVANOV[3:])
    file = desk.load(IVANOV, second)
    assert desk.plans(file) == ["new_client", "appended"]
    formed = desk.form(file)
    assert (formed.clients_new, formed.work_lists_new, formed.tasks_new) == (1, 1, 2)


def test_a_client_twice_is_a_duplicate_that_points_to_the_first(desk: Desk) -> None:
    again = ("Иванов И.И.", "79161234567", *IVANOV[2:])
    bare = ("Иванов И.И.", "916 123 45 67", "", "", "", "", "", "", "")
    file = desk.load(IVANOV, PETROVA, again, bare)
    rows = desk.look(file).rows
    assert [row.plan.value for row in rows][2:] == ["duplicate", "duplicate"]
    assert [row.duplicate_of for row in rows][2:] == [2, 2]
    formed = desk.form(file)
    assert (formed.tasks_new, formed.skipped, formed.chosen) == (2, 2, 4)


def test_a_phone_that_the_directory_has_is_not_missed(desk: Desk) -> None:
    """«Нет телефона» is told of those alone of whom neither the file nor the card has one."""
    vins = [f"XTA2190123456789{number}" for number in range(4)]
    for vin, phone in zip(vins, ("+79160000001", None, "+79160000003"), strict=False):
        desk.given.asset(desk.given.client("Ким Ольга", phone=phone), vin=vin)
    wrong = desk.given.client("Пак Игорь", phone=None)
    desk.given.phone(wrong, "+79160000004", state="wrong")
    desk.given.asset(wrong, vin="XTA21901234567895")
    bare = [""] * 6
    new = ("Ли Анна", "+79160000009", vins[3], *bare)
    file = desk.load(
        *(("Ким Ольга", "", vin, *bare) for vin in vins[:2]),
        ("Ким Ольга", "12345", vins[2], *bare), ("Пак Игорь", "", "XTA21901234567895", *bare),
        new, ("Ли Анна", "", vins[3], *bare), ("Цой Лев", "", "XTA21901234567899", *bare),
    )  # fmt: skip
    seen = desk.look(file)
    none = RowProblemCode.NO_PHONE
    assert [none in [note.code for note in row.warnings] for row in seen.rows] == [
        False, True, False, True, False, False, True
    ]  # fmt: skip
    # What was in the cell and could not be read is told all the same.
    assert [w.code for w in seen.rows[2].warnings] == [RowProblemCode.PHONE_TOO_SHORT]
    assert seen.rows[0].plan is RowPlan.NEW_LIST and seen.warned == 4


@pytest.mark.parametrize("is_known", [False, True])
def test_another_name_at_the_phone_of_a_row_above_is_told(desk: Desk, is_known: bool) -> None:
    """«Тройная Анна» at the number of «Тройной Олег» is his row, but not without a word."""
    phone = ("+79160001234", *[""] * 7)
    oleg, anna = ("Тройной Олег Ильич", *phone), ("Тройная Анна Ильинична", *phone)
    olegs = ("Тройной О.И.", *phone)
    hers = ("Тройная Анна Ильинична", phone[0], "XWEPH81A2G0777002", *phone[2:])
    if is_known:
        desk.given.client("Тройной Олег Ильич", phone=phone[0])
    rows = desk.look(desk.load(oleg, anna, olegs, hers, ("", "", *hers[2:]))).rows
    plans = [row.plan.value for row in rows]
    assert plans[1:] == ["duplicate", "duplicate", "appended", "duplicate"]
    told = [[(w.code, w.value) for w in row.warnings if w.code is not RowProblemCode.NO_PHONE]
            for row in rows]  # fmt: skip
    another = [(RowProblemCode.OTHER_NAME_ABOVE, "2")]
    assert told == [[], another, [], another, []]


@pytest.mark.parametrize("rule", ["refused", "cooling", "wrong"])
def test_who_cannot_be_called_is_shown_with_the_rule(desk: Desk, rule: str) -> None:
    client = desk.given.client("Петрова Анна", phone=None)
    point = desk.given.phone(client, "+79037654321")
    expected = BlockRule.DO_NOT_CONTACT
    if rule == "refused":
        desk.session.add(
            ContactRefusal(client_id=client.id, scope=RefusalScope.ALL, source="employee:1",
                           recorded_at=NOON)
        )  # fmt: skip
    elif rule == "cooling":
        client.cooling_off_until = NOON + timedelta(days=3)
        expected = BlockRule.COOLING_OFF
    else:
        point.do_not_contact = True
        expected = BlockRule.NO_VALID_PHONE
    desk.session.flush()
    file = desk.load(PETROVA)
    row = desk.look(file).rows[0]
    assert (row.plan, row.block) == (RowPlan.BLOCKED, expected)
    formed = desk.form(file)
    assert (formed.blocked, formed.tasks_new) == (1, 0)
    # Not done with: when the refusal is lifted the row can be tried again.
    assert desk.plans(file) == ["blocked"]


def test_a_new_client_without_a_phone_is_not_made(desk: Desk) -> None:
    before = desk.count(Client)
    file = desk.load(("Иванов Иван", "нет", "XTA21901234567890", "", "", "", "", "", ""))
    row = desk.look(file).rows[0]
    assert (row.plan, row.block) == (RowPlan.BLOCKED, BlockRule.NO_VALID_PHONE)
    assert desk.form(file).blocked == 1
    assert desk.count(Client) == before


def test_a_known_client_without_phone_gets_the_one_of_the_file(desk: Desk) -> None:
    owner = desk.given.client("Иванов Иван", phone=None)
    desk.given.asset(owner, vin=IVANOV[2])
    file = desk.load(IVANOV)
    assert desk.plans(file) == ["new_list"]
    assert desk.form(file).tasks_new == 1


def test_ticked_rows_only(desk: Desk) -> None:
    file = desk.load(IVANOV, PETROVA)
    second = desk.look(file).rows[1]
    assert desk.form(file, [second.id]).tasks_new == 1
    assert desk.plans(file) == ["new_client", "in_work"]
    with pytest.raises(NothingChosen):
        desk.form(file, [])


def test_rows_of_another_file_are_not_touched(desk: Desk) -> None:
    mine, other = desk.load(IVANOV), desk.load(PETROVA)
    formed = desk.form(mine, [desk.look(other).rows[0].id])
    assert (formed.chosen, formed.tasks_new) == (0, 0)


def test_a_file_of_another_unit_is_not_found(desk: Desk) -> None:
    file = desk.load(IVANOV)
    stranger = desk.given.manager(desk.given.unit("Чужой"))
    with pytest.raises(NotFound):
        preview(desk.session, file.id, actor=stranger, now=NOON)
    with pytest.raises(NotFound):
        form_from_file(
            desk.session, file.id, row_ids=None, actor=stranger, now=NOON, default_zone=ZONE
        )
    assert recent_files(desk.session, actor=stranger) == []
    assert [f.rows for f in recent_files(desk.session, actor=desk.actor)] == [1]


@pytest.mark.parametrize(
    ("name", "fmt", "rows"),
    [("to-2026-11.xlsx", MAINTENANCE_DUE, 118), ("lost-2026-11.xlsx", LOST_CLIENTS, 80)],
)
def test_the_samples_load_and_every_row_is_accounted_for(  # type: ignore[no-untyped-def]
    desk: Desk, name: str, fmt, rows: int
) -> None:
    file = desk.load_path(SAMPLES / name, fmt)
    seen = desk.look(file)
    assert seen.total == rows
    for plan, count in seen.counts.items():
        narrowed = desk.look(file, plan)
        assert len(narrowed.rows) == min(count, 100)
        assert {row.plan for row in narrowed.rows} <= {plan}
    formed = desk.form(file)
    assert formed.chosen == rows
    assert formed.tasks_new + formed.already_in_work + formed.blocked + formed.skipped == rows
    assert formed.tasks_new == seen.choosable
    after = desk.look(file)
    assert after.total == rows and after.choosable == 0


def test_rejected_rows_come_back_with_the_reason(desk: Desk) -> None:
    file = desk.load_path(SAMPLES / "bad" / "vin-16-characters.xlsx")
    told = list(error_rows(desk.session, file.id, actor=desk.actor))
    assert told
    assert any(p.code is RowProblemCode.VIN_WRONG_LENGTH for row in told for p in row.problems)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("encrypted.xlsx", FileProblem.ENCRYPTED),
        ("empty-sheet.xlsx", FileProblem.NO_ROWS),
        ("missing-columns.xlsx", FileProblem.MISSING_COLUMNS),
    ],
)
def test_a_refused_file_leaves_nothing(desk: Desk, name: str, code: FileProblem) -> None:
    with pytest.raises(FileRefused) as refused:
        desk.load_path(SAMPLES / "bad" / name)
    assert refused.value.code is code
    assert desk.count(ImportedFile) == 0


def test_campaigns_of_the_formats_are_shipped(desk: Desk) -> None:
    codes = set(desk.session.scalars(select(Campaign.code)))
    assert {MAINTENANCE_DUE.campaign, LOST_CLIENTS.campaign} <= codes
