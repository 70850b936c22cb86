"""Doubtful rows of loads: who may be meant, what a person decides, what is remembered (A8)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import NotFound
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client, ClientUnit, ContactPoint
from directory.visits.models import Visit
from importers.loads.deciding import CandidatesChanged, LoadNotOver, decide
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.doubtful import doubtful_people, rejected_rows, waiting_loads
from importers.loads.doubts import Confidence, Sign
from importers.loads.mending import mend_row
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.taking_back import take_back
from importers.loads.told import Verdict
from importers.loads.undeciding import DecisionUsed, forget_decisions, undo_decision
from importers.taken_rows import LoadTouched, Touch
from tests.back_given import load_rows_of
from tests.conftest import NOON
from tests.doubts_given import DoubtDesk
from tests.given import Given
from tests.loads_given import counts
from tests.merging_given import whole_database
from tests.staged_given import StagingDesk, write_lines
from worklists.models.attempt import Attempt
from worklists.models.work_list import WorkList

HEADINGS = ("ФИО", "Телефон", "E-mail", "Код клиента", "Дата рождения")
CALL = ("ФИО", "Телефон", "Дата звонка", "Результат")
PETROV = ("Петров Олег", "+7 916 123-45-67", "", "", "")
PHONE = "+79161234567"


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> DoubtDesk:
    return DoubtDesk(session, tmp_path)


def _count(desk: DoubtDesk, table: type) -> int:
    return desk.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_doubt_names_who_may_be_meant_and_how_sure_that_is(desk: DoubtDesk) -> None:
    sister = desk.given.client(name="Иванова Анна", phone=PHONE, unit=desk.unit)
    twin = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    other = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    keyed = desk.given.client("Сидоров Иван", phone="+79160000003", unit=desk.unit)
    keyed.external_key = "K-9"
    desk.session.flush()
    row = ("Иванов Иван", "8 916 123 45 67", "", "", "")
    load = desk.staged("clients", HEADINGS, row, ("Котов Пётр", "", "", "K-9", ""))
    seen = desk.seen(load)
    assert seen is not None and (seen.number, seen.total, seen.rows) == (1, 2, 1)
    found = [(one.candidate.client_id, one.candidate.confidence) for one in seen.candidates]
    assert found == [(twin.id, Confidence.HIGH), (other.id, Confidence.HIGH),
                     (sister.id, Confidence.LOW)]  # fmt: skip
    last = seen.candidates[-1].candidate
    assert (last.agrees, last.differs) == ((Sign.PHONE,), (Sign.NAME,))
    assert seen.previous is None and seen.next is not None
    by_key = desk.seen(load, seen.next)
    assert by_key is not None and by_key.next is None and by_key.number == 2
    [only] = by_key.candidates
    assert only.candidate.client_id == keyed.id and only.candidate.agrees == (Sign.KEY,)
    assert only.candidate.confidence is Confidence.LOW


def test_it_is_this_client_for_all_rows_of_the_person_and_for_the_next_file(
    desk: DoubtDesk,
) -> None:
    ivanov = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    mail = ("Петров Олег", "+7 916 123-45-67", "", "", "")
    load = desk.staged("clients", HEADINGS, PETROV, mail, PETROV)
    assert desk.told(load) == {"doubtful": 3}
    assert [one.rows for one in doubtful_people(desk.session, load.id)] == [3]
    decision = desk.decide(load, 3, Choice.SAME, ivanov.id)
    assert decision is not None and len(decision.rows) == 3
    assert desk.told(load) == {"matched": 3}
    assert _count(desk, Client) == 1 and ivanov.name == "Иванов Иван"
    # Said twice is said once, whatever is said then.
    assert desk.decide(load, 2, Choice.NEW) is None
    assert _count(desk, LoadDecision) == 1 and desk.seen(load) is None
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"matched": 1}
    told = desk.session.scalars(select(MatchDecision)).one()
    assert told.client_id == ivanov.id and "916" not in told.fingerprint


def test_another_person_becomes_a_client_once(desk: DoubtDesk) -> None:
    for _ in range(2):
        desk.given.client(name="Петров Олег", phone=PHONE, unit=desk.unit)
    load = desk.staged("clients", HEADINGS, PETROV, PETROV)
    desk.decide(load, 2, Choice.NEW)
    assert desk.told(load) == {"new": 1, "matched": 1}
    assert _count(desk, Client) == 3
    made = desk.session.scalars(select(Client).order_by(Client.id.desc())).first()
    assert made is not None and desk.session.scalars(select(MatchDecision)).one().is_new
    # Three fit by now; the decision says which of them.
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"matched": 1}
    assert _count(desk, Client) == 3
    # A client that is gone decides nothing any more.
    for table in (ContactPoint, ClientUnit):
        desk.session.execute(table.__table__.delete().where(table.client_id == made.id))
    desk.session.execute(Client.__table__.delete().where(Client.id == made.id))
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"doubtful": 1}


def test_a_code_that_nobody_gets_is_told(desk: DoubtDesk) -> None:
    ivanov = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    ivanov.external_key = "K-1"
    desk.session.flush()
    of_ivanov = ("Петров Олег", "+7 903 000-00-01", "", "K-1", "")
    another = ("Иванов Иван", "+7 916 123-45-67", "", "K-2", "")
    load = desk.staged("clients", HEADINGS, of_ivanov, another)
    desk.decide(load, 2, Choice.NEW)
    desk.decide(load, 3, Choice.SAME, ivanov.id)
    assert desk.told(load) == {"new": 1, "matched": 1}
    told = [desk.row(load, row_no).problems for row_no in (2, 3)]
    assert told == [[["Код клиента", "not_taken", key]] for key in ("K-1", "K-2")]


def test_a_merged_client_stands_for_the_one_who_was_kept(desk: DoubtDesk) -> None:
    kept, double = (
        desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit) for _ in range(2)
    )
    load = desk.staged("clients", HEADINGS, PETROV)
    desk.decide(load, 2, Choice.SAME, double.id)
    double.merged_into_id = kept.id
    desk.session.flush()
    result = desk.load("clients", (*HEADINGS, "Комментарий"), (*PETROV, "ВИП"))
    assert counts(result) == {"refreshed": 1}
    assert (kept.note, double.note) == ("ВИП", "")


def test_units_below_share_the_decision_and_their_own_comes_first(desk: DoubtDesk) -> None:
    ivanov = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    load = desk.staged("clients", HEADINGS, PETROV)
    desk.decide(load, 2, Choice.SAME, ivanov.id)
    above, below = desk.unit, desk.given.unit("Ниже", parent=desk.unit)
    desk.unit, everywhere = below, frozenset({above.id, below.id})
    desk.actor = replace(desk.actor, unit_ids=everywhere)
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"refreshed": 1}
    desk.unit = desk.given.unit("Рядом")
    desk.actor = replace(desk.actor, unit_ids=everywhere | {desk.unit.id})
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"doubtful": 1}


def test_who_cannot_be_meant_or_is_out_of_sight_cannot_be_chosen(desk: DoubtDesk) -> None:
    seen = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    hidden = desk.given.client(name="Сидоров Олег", phone=PHONE, unit=desk.given.unit("Чужой"))
    nobody = desk.given.client(name="Иванов Пётр", phone="+79160000001", unit=desk.unit)
    load = desk.staged("clients", HEADINGS, PETROV)
    page = desk.seen(load)
    assert page is not None
    told = {one.candidate.client_id: one.client for one in page.candidates}
    assert told == {seen.id: seen, hidden.id: None}
    for wrong in (hidden.id, nobody.id, 10**9, None):
        with pytest.raises(CandidatesChanged):
            desk.decide(load, 2, Choice.SAME, wrong)
    with pytest.raises(CandidatesChanged):
        desk.decide(load, 2, Choice.AGAIN)
    with pytest.raises(NotFound):
        desk.decide(load, 77, Choice.SAME, seen.id)
    stranger = desk.given.manager(desk.given.unit("Другой"))
    with pytest.raises(NotFound):
        decide(desk.session, load.id, 2, choice=Choice.SKIP, actor=stranger, now=NOON)
    assert waiting_loads(desk.session, actor=stranger) == []
    assert desk.told(load) == {"doubtful": 1} and _count(desk, MatchDecision) == 0
    load.state = LoadState.LOADING
    desk.session.flush()
    with pytest.raises(LoadNotOver):
        desk.decide(load, 2, Choice.SKIP)
    assert desk.seen(load) is None


def test_what_has_become_certain_is_loaded_and_what_is_skipped_is_asked_again(
    desk: DoubtDesk,
) -> None:
    twins = [desk.given.client(name="Петров Олег", phone=PHONE, unit=desk.unit) for _ in range(2)]
    load = desk.staged("clients", HEADINGS, PETROV)
    skipped = desk.decide(load, 2, Choice.SKIP)
    assert desk.told(load) == {"skipped": 1} and _count(desk, MatchDecision) == 0
    assert counts(desk.load("clients", HEADINGS, PETROV)) == {"doubtful": 1}
    assert skipped is not None
    for _ in range(2):
        undo_decision(desk.session, skipped.id, actor=desk.actor, now=NOON + timedelta(minutes=1))
    assert desk.told(load) == {"doubtful": 1}
    desk.given.merge(twins[0])
    twins[1].merged_into_id = twins[0].id
    for point in desk.session.scalars(select(ContactPoint).filter_by(client_id=twins[1].id)):
        desk.session.delete(point)
    desk.session.flush()
    seen = desk.seen(load)
    assert seen is not None and seen.ruling.verdict is Verdict.MATCHED and seen.candidates == ()
    desk.decide(load, 2, Choice.AGAIN)
    assert desk.told(load) == {"matched": 1}


def test_a_name_beside_a_vehicle_is_decided_for_that_vehicle_only(desk: DoubtDesk) -> None:
    owner = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    for vin in ("XTA21901234567890", "XTA21901234567891"):
        desk.given.asset(owner, vin=vin)
    headings = ("Номер заказ-наряда", "Дата открытия", "VIN", "ФИО")
    rows = (("СЦ-1", "10.03.2025", "XTA21901234567890", "Петров Олег"),
            ("СЦ-2", "11.03.2025", "XTA21901234567891", "Петров Олег"))  # fmt: skip
    desk.given.workshop(parent=desk.unit)
    load = desk.staged("visits", headings, *rows)
    assert desk.told(load) == {"doubtful": 2}
    seen = desk.seen(load)
    assert seen is not None and seen.candidates[0].candidate.agrees == (Sign.VEHICLE,)
    desk.decide(load, 2, Choice.SAME, owner.id)
    assert desk.told(load) == {"doubtful": 1, "new": 1}
    desk.decide(load, 3, Choice.NEW)
    assert desk.told(load) == {"new": 2}
    visits = desk.session.scalars(select(Visit).order_by(Visit.number)).all()
    assert visits[0].client_id == owner.id != visits[1].client_id
    # The vehicle stays whose it was.
    assert set(desk.session.scalars(select(Ownership.client_id))) == {owner.id}
    assert _count(desk, Asset) == 2


def test_rejected_rows_are_corrected_and_loaded(desk: DoubtDesk) -> None:
    load = desk.staged(
        "clients", HEADINGS, ("Иванов Иван", "12", "", "", ""), ("", "+79160000009", "", "", "")
    )
    assert desk.told(load) == {"invalid": 2}
    assert rejected_rows(desk.session, load.id, actor=desk.actor).total == 2
    still = mend_row(desk.session, load.id, 2, {1: "123"}, actor=desk.actor, now=NOON)
    assert still.decision is None and still.ruling.verdict is Verdict.INVALID
    for _ in range(2):
        mend_row(desk.session, load.id, 2, {1: PHONE}, actor=desk.actor, now=NOON)
    assert desk.told(load) == {"invalid": 1, "new": 1}
    assert _count(desk, LoadDecision) == 1 and _count(desk, Client) == 1
    said = desk.session.scalars(select(LoadDecision.id)).one()
    undo_decision(desk.session, said, actor=desk.actor, now=NOON)
    assert desk.told(load) == {"invalid": 2} and _count(desk, Client) == 0
    assert desk.row(load, 2).cells == ["Иванов Иван", "12", "", "", ""]
    mend_row(desk.session, load.id, 2, {1: PHONE}, actor=desk.actor, now=NOON)
    # A corrected row whose person is doubtful then is to be decided.
    mended = mend_row(
        desk.session, load.id, 3, {0: "Котов Олег", 1: PHONE}, actor=desk.actor, now=NOON
    )
    assert mended.ruling.verdict is Verdict.DOUBTFUL
    assert desk.told(load) == {"doubtful": 1, "new": 1}
    assert [one.row_no for one in doubtful_people(desk.session, load.id)] == [3]
    row = desk.session.get_one(LoadedRow, (load.id, 3))
    assert row.cells is not None and row.cells[0] == "Котов Олег"
    assert [(one.people, one.rejected) for one in
            waiting_loads(desk.session, actor=desk.actor)] == [(1, 0)]  # fmt: skip


def test_an_undone_decision_leaves_nothing_behind(desk: DoubtDesk) -> None:
    ivanov = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    row = ("Петров Олег", "+7 916 123-45-67", "petrov@example.org", "K-7", "")
    load = desk.staged("clients", HEADINGS, row, row)
    before = whole_database(desk.session)
    for choice, client_id in ((Choice.SAME, ivanov.id), (Choice.NEW, None)):
        decision = desk.decide(load, 2, choice, client_id)
        assert decision is not None and desk.told(load).get("doubtful") is None
        for _ in range(2):
            undo_decision(desk.session, decision.id, actor=desk.actor, now=NOON)
        desk.session.expire_all()
        assert desk.told(load) == {"doubtful": 2} and _count(desk, MatchDecision) == 0
    after = whole_database(desk.session)
    for name in ("clients", "contact_points", "client_units", "loaded_rows", "match_decisions"):
        assert after[name] == before[name], name
    assert counts(desk.load("clients", HEADINGS, row)) == {"doubtful": 1}


def test_a_decision_that_was_built_on_stays_and_goes_with_the_load(desk: DoubtDesk) -> None:
    desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    load = desk.staged("clients", HEADINGS, PETROV)
    decision = desk.decide(load, 2, Choice.NEW)
    made = desk.session.scalars(select(Client).order_by(Client.id.desc()).limit(1)).one()
    assert decision is not None and desk.row(load, 2).client_id == made.id
    task = desk.given.task(unit=desk.unit, client=made)
    with pytest.raises(DecisionUsed), desk.session.begin_nested():
        undo_decision(desk.session, decision.id, actor=desk.actor, now=NOON)
    assert desk.told(load) == {"new": 1}
    desk.session.delete(task)
    desk.session.flush()
    for work_list in desk.session.scalars(select(WorkList)):
        desk.session.delete(work_list)
    desk.session.flush()
    take_back(desk.session, load.id, actor=desk.actor, now=NOON)
    assert _count(desk, Client) == 1 and load.state is LoadState.TAKEN_BACK
    with pytest.raises(LoadNotOver):
        undo_decision(desk.session, decision.id, actor=desk.actor, now=NOON)
    assert waiting_loads(desk.session, actor=desk.actor) == []


def test_what_later_decisions_build_on_stays_until_they_are_undone(desk: DoubtDesk) -> None:
    desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    bad = ("Орлов Пётр", "12", "", "", "")
    load = desk.staged("clients", HEADINGS, PETROV, ("Котов Олег", PHONE, "", "", ""), bad)
    first = desk.decide(load, 2, Choice.NEW)
    made = desk.session.scalars(select(Client).where(Client.name == "Петров Олег")).one()
    second = desk.decide(load, 3, Choice.SAME, made.id)
    assert desk.told(load) == {"new": 1, "matched": 1, "invalid": 1}
    mended = mend_row(desk.session, load.id, 4, {1: PHONE}, actor=desk.actor, now=NOON).decision
    third = desk.decide(load, 4, Choice.SKIP)
    assert first and second and mended and third
    for hindered in (first, mended):
        with pytest.raises(DecisionUsed), desk.session.begin_nested():
            undo_decision(desk.session, hindered.id, actor=desk.actor, now=NOON)
    for one in (third, mended, second, first):
        undo_decision(desk.session, one.id, actor=desk.actor, now=NOON)
        desk.session.expire_all()
    assert desk.told(load) == {"doubtful": 2, "invalid": 1} and _count(desk, Client) == 1


def test_a_row_decided_since_hinders_a_load_begun_after_its_own(desk: DoubtDesk) -> None:
    desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    row = ("Петров Олег", f"{PHONE}, +79160000002", "", "", "")
    load = desk.staged("clients", HEADINGS, row)
    later, latest = NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)
    other = load_rows_of(desk.session, "clients", HEADINGS,
                         ("Сидоров Пётр", "+79160000002", "", "", ""), unit_id=desk.unit.id,
                         actor=desk.actor, now=later)  # fmt: skip
    made = desk.session.scalars(select(Client).where(Client.name == "Сидоров Пётр")).one()
    decision = decide(desk.session, load.id, 2, choice=Choice.SAME, client_id=made.id,
                      actor=desk.actor, now=latest)  # fmt: skip
    assert decision is not None
    with pytest.raises(LoadTouched) as refused, desk.session.begin_nested():
        take_back(desk.session, other.id, actor=desk.actor, now=latest)
    assert refused.value.reasons[Touch.LATER_LOAD] == 1
    undo_decision(desk.session, decision.id, actor=desk.actor, now=latest)
    take_back(desk.session, other.id, actor=desk.actor, now=latest)
    assert _count(desk, Client) == 1


def _call_to_be_made(desk: DoubtDesk, name: str) -> Client:
    client = desk.given.client(name, phone=PHONE, unit=desk.unit)
    made_at = NOON - timedelta(days=10)
    desk.given.task(unit=desk.unit, client=client, due_at=made_at, created_at=made_at)
    return client


def test_a_corrected_result_of_a_call_is_saved_once(desk: DoubtDesk) -> None:
    _call_to_be_made(desk, "Петров Олег")
    load = desk.staged("results", CALL, ("Петров Олег", PHONE, "16.03.2026 11:30", "не дозвонюсь"))
    assert desk.told(load) == {"invalid": 1}
    mended = mend_row(desk.session, load.id, 2, {3: "занято"}, actor=desk.actor, now=NOON)
    assert mended.ruling.verdict is Verdict.NEW and mended.decision is not None
    assert desk.told(load) == {"new": 1} and _count(desk, Attempt) == 1


def test_a_result_of_a_call_is_saved_by_its_decision_and_not_by_a_look(desk: DoubtDesk) -> None:
    client = _call_to_be_made(desk, "Иванов Иван")
    load = desk.staged("results", CALL, ("Петров Олег", PHONE, "16.03.2026 11:30", "занято"))
    assert desk.told(load) == {"doubtful": 1}
    client.name, client.name_norm = "Петров Олег", "петров олег"
    desk.session.flush()
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement.split()[0])

    event.listen(desk.session.get_bind(), "before_cursor_execute", note)
    seen = desk.seen(load)
    event.remove(desk.session.get_bind(), "before_cursor_execute", note)
    assert statements and not {"INSERT", "UPDATE", "DELETE"} & set(statements), "only read"
    assert seen is not None and seen.ruling.verdict is Verdict.NEW
    decided = desk.decide(load, 2, Choice.AGAIN)
    assert decided is not None and desk.told(load) == {"new": 1} and _count(desk, Attempt) == 1


def test_a_decision_that_saved_no_call_is_undone_and_forgotten(desk: DoubtDesk) -> None:
    """Two cards of one person: the call waited at the other one."""
    awaited = _call_to_be_made(desk, "Крылов Пётр Петрович")
    double = desk.given.client("Крылов Пётр", phone=PHONE, unit=desk.unit)
    load = desk.staged("results", CALL, ("Крылов П.", PHONE, "16.03.2026 11:30", "занято"))
    wrong = desk.decide(load, 2, Choice.SAME, double.id)
    assert wrong is not None and _count(desk, Attempt) == 0
    undo_decision(desk.session, wrong.id, actor=desk.actor, now=NOON)
    assert desk.told(load) == {"doubtful": 1} and _count(desk, MatchDecision) == 0
    right = desk.decide(load, 2, Choice.SAME, awaited.id)
    assert right is not None and desk.told(load) == {"new": 1}
    with pytest.raises(DecisionUsed):
        undo_decision(desk.session, right.id, actor=desk.actor, now=NOON)
    assert _count(desk, Attempt) == 1 and _count(desk, MatchDecision) == 1


def test_taking_back_a_load_forgets_what_was_decided_with_it_and_no_more(desk: DoubtDesk) -> None:
    ivanov = desk.given.client(name="Иванов Иван", phone=PHONE, unit=desk.unit)
    other = ("Сидоров Пётр", "+7 916 123-45-67", "", "", "")
    load = desk.staged("clients", HEADINGS, PETROV, other)
    desk.decide(load, 2, Choice.SAME, ivanov.id)
    later = desk.staged("clients", HEADINGS, other)
    desk.decide(later, 2, Choice.SAME, ivanov.id)
    take_back(desk.session, load.id, actor=desk.actor, now=NOON)
    assert _count(desk, MatchDecision) == 1
    assert counts(desk.load("clients", HEADINGS, PETROV, other)) == {"doubtful": 1, "matched": 1}


def test_what_is_kept_of_cells_is_forgotten_with_the_load(desk: DoubtDesk) -> None:
    load = desk.staged("clients", HEADINGS, ("Иванов Иван", "12", "", "", ""))
    mended = mend_row(desk.session, load.id, 2, {1: PHONE}, actor=desk.actor, now=NOON)
    assert mended.decision is not None
    load.forgotten_at = NOON
    forget_decisions(desk.session, [load.id])
    desk.session.flush()
    desk.session.expire_all()
    assert (mended.decision.rows, mended.decision.cells) == ([], None)
    with pytest.raises(DecisionUsed):
        undo_decision(desk.session, mended.decision.id, actor=desk.actor, now=NOON)


def test_rows_of_a_load_of_the_background_wait_for_a_person(
    database: Database, tmp_path: Path
) -> None:
    desk = StagingDesk(database, tmp_path)
    lines = ["Петров Олег;89161234567;;", "Петров Олег;89161234567;;", "Котов Олег;12;;"]
    with database.unit_of_work() as session:
        Given(session).client("Иванов Иван", phone=PHONE)
    load_id = desk.ask(write_lines(tmp_path / "people.csv", lines), runs_by_itself=True)
    while desk.work():
        pass
    with database.unit_of_work() as session:
        [one] = waiting_loads(session, actor=desk.actor)
        assert (one.load.id, one.people, one.rejected) == (load_id, 1, 1)
        decide(session, load_id, 2, choice=Choice.NEW, actor=desk.actor, now=NOON)
        assert session.get_one(RecordLoad, load_id).counts["doubtful"] == 0
        made = session.scalars(select(Client.id).where(Client.name == "Петров Олег")).one()
        told = session.scalars(select(LoadedRow).where(LoadedRow.client_id == made)).all()
        assert {row.row_no for row in told} == {2, 3}


def test_a_vehicles_owner_stays_and_says_so_whomever_the_row_is_said_to_mean(
    desk: DoubtDesk,
) -> None:
    owner = desk.given.client(name="Сорокин Анатолий", phone="+79160000009", unit=desk.unit)
    car = desk.given.asset(owner, vin="XTA21901234567890")
    headings = ("VIN", "Владелец", "Телефон")
    row = ("XTA21901234567890", "Новый Владелец", "8 916 111-22-99")
    load = desk.staged("vehicles", headings, row)
    assert desk.told(load) == {"doubtful": 1}
    desk.decide(load, 2, Choice.NEW)
    kept = desk.row(load, 2)
    stays = ["Владелец", "owner_stays", "Новый Владелец"]
    assert (kept.verdict, kept.problems) == (Verdict.NEW, [stays])
    newcomer = desk.session.scalars(select(Client).where(Client.name == "Новый Владелец")).one()
    assert kept.client_id == newcomer.id
    owners = select(Ownership.client_id).where(Ownership.asset_id == car.id)
    assert desk.session.scalars(owners).all() == [owner.id]
    # What was decided holds for the next file, and so does what is told.
    again = desk.load("vehicles", headings, row)
    assert counts(again) == {"matched": 1}
    assert [(one.code.value, one.value) for one in again.errors] == [tuple(stays[1:])]
