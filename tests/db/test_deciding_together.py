"""Doubtful rows of one cause are decided at once: as one after the other (A8)."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import NotFound
from core.journal import JournalEntry, event_name
from directory.clients.models import Client, ClientUnit, ContactPoint
from directory.visits.models import Visit, VisitLine
from importers.events import RowsDecided
from importers.loads import deciding_together
from importers.loads.deciding import LoadNotOver
from importers.loads.deciding_together import DecidedTogether, decide_together
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.decisions_seen import decisions_of
from importers.loads.doubtful import alike_in, doubtful_people, look_at_doubt
from importers.loads.doubts import Cause, Sign
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.undeciding import DecisionUsed, undo_decision
from importers.problems import RowProblemCode
from tests.conftest import NOON
from tests.doubts_given import DoubtDesk
from tests.given import Given
from tests.loads_given import counts
from tests.merging_given import whole_database
from tests.staged_given import StagingDesk, write_lines
from worklists.models.attempt import Attempt

HEADINGS = ("ФИО", "Телефон", "E-mail", "Код клиента", "Дата рождения")
OTHER_NAME = Cause(RowProblemCode.OTHER_NAME, (Sign.PHONE,), (Sign.NAME,)).key
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> DoubtDesk:
    return DoubtDesk(session, tmp_path)


def _phone(number: int) -> str:
    return f"+7916000{number:04d}"


def _row(name: str, number: int, mail: str = "", key: str = "") -> tuple[str, ...]:
    return (name, _phone(number), mail, key, "")


def _known(desk: DoubtDesk, *numbers: int, name: str = "Иванов Иван") -> list[Client]:
    return [desk.given.client(name, phone=_phone(one), unit=desk.unit) for one in numbers]


def _mixed(desk: DoubtDesk) -> RecordLoad:
    """People of one cause to whom different choices fit, and some of other causes."""
    _known(desk, 1, 2, 3, 5, 8, 8)
    _known(desk, 4, name="Петров Олег")
    _known(desk, 4, name="Сидоров Илья")
    desk.given.client("Тайный Игорь", phone=_phone(6), unit=desk.given.unit("Чужой"))
    return desk.staged(
        "clients", HEADINGS,
        _row("Котов Олег", 1), _row("Орлов Пётр", 2), _row("Котов Олег", 1),
        _row("Лунин Пётр", 3, "lunin@example.org"),
        # Whoever is made or completed by a row above makes these certain, or another's.
        _row("Лунин Пётр", 3, "second@example.org"), _row("Зуев Илья", 3),
        _row("Белов Яков", 9, "lunin@example.org"),
        _row("Гусев Егор", 4), _row("Новый Антон", 6), ("", _phone(5), "", "", ""),
        _row("Иванов Иван", 8), _row("Совсем Новый", 7),
    )  # fmt: skip


def _together(
    desk: DoubtDesk, load: RecordLoad, choice: Choice, *, since: int = 0, cause: str = OTHER_NAME
) -> DecidedTogether:
    total = sum(load.counts.values())
    done = decide_together(desk.session, load.id, cause=cause, choice=choice, since=since,
                           actor=desk.actor, now=LATER)  # fmt: skip
    desk.session.expire_all()
    assert sum(load.counts.values()) == total
    return done


def _one_by_one(desk: DoubtDesk, load: RecordLoad, choice: Choice, cause: str = OTHER_NAME) -> int:
    """What a person would do with all these; how many that were."""
    decided = 0
    for person in doubtful_people(desk.session, load.id):
        row = desk.row(load, person.row_no)
        seen = desk.seen(load, person.row_no)
        assert seen is not None
        if row.cause != cause or (seen.ruling.cause or cause) != cause:
            continue
        client = seen.candidates[0].client if len(seen.candidates) == 1 else None
        if seen.ruling.doubt is None and choice is not Choice.SKIP:
            assert desk.decide(load, person.row_no, Choice.AGAIN)
        elif choice is Choice.SAME and client is None:
            continue
        else:
            client_id = client.id if client is not None and choice is Choice.SAME else None
            assert desk.decide(load, person.row_no, choice, client_id)
        decided += 1
    return decided


def _picture(desk: DoubtDesk, load: RecordLoad) -> list[Any]:
    """What is there, whatever its numbers."""
    session = desk.session
    names = dict(session.execute(select(Client.id, Client.name)).all())
    rows = session.execute(
        select(LoadedRow.row_no, LoadedRow.verdict, LoadedRow.problems, LoadedRow.client_id,
               LoadedRow.person)
        .where(LoadedRow.load_id == load.id)
        .order_by(LoadedRow.row_no)
    )  # fmt: skip
    decisions = session.scalars(select(LoadDecision).order_by(LoadDecision.id))
    remembered = session.scalars(select(MatchDecision).order_by(MatchDecision.fingerprint))
    name = event_name(RowsDecided)
    told = session.scalars(
        select(JournalEntry).where(JournalEntry.event == name).order_by(JournalEntry.id)
    )
    return [
        _clients(session),
        [(no, verdict, problems, names.get(client_id), person)
         for no, verdict, problems, client_id, person in rows],
        dict(load.counts),
        [(one.choice, one.fingerprint, [row[:3] for row in one.rows], one.by) for one in decisions],
        [(one.fingerprint, one.is_new, names.get(one.client_id or 0)) for one in remembered],
        [one.details for one in told],
    ]  # fmt: skip


def _clients(session: Session) -> list[Any]:
    """Without versions and ranks: what is made and completed at once was never anything else."""
    points = select(ContactPoint.client_id, ContactPoint.kind, ContactPoint.value)
    units = select(ClientUnit.client_id, ClientUnit.unit_id)
    of: dict[int, list[Any]] = {}
    for query in (points, units):
        for client_id, *rest in session.execute(query):
            of.setdefault(client_id, []).append(tuple(map(str, rest)))
    clients = session.execute(
        select(Client.id, Client.name, Client.external_key, Client.birth_on, Client.note)
    )
    return sorted((str(rest), sorted(of.get(one, ()))) for one, *rest in clients)


@pytest.mark.parametrize("choice", (Choice.NEW, Choice.SAME, Choice.SKIP))
def test_many_at_once_come_to_the_same_as_one_after_the_other(
    desk: DoubtDesk, choice: Choice
) -> None:
    load = _mixed(desk)
    nested = desk.session.begin_nested()
    decided = _one_by_one(desk, load, choice)
    one_by_one = _picture(desk, load)
    nested.rollback()
    desk.session.expire_all()
    before = alike_in(desk.session, load.id, OTHER_NAME)
    done = _together(desk, load, choice)
    assert done.people == decided and done.next_row is None
    assert done.people + done.waiting == before.people
    assert _picture(desk, load) == one_by_one
    assert desk.told(load)
    expected = {Choice.NEW: 0, Choice.SAME: 3, Choice.SKIP: 0}
    assert done.waiting == expected[choice]
    # One press is one batch, and a file that says the same asks nobody again.
    assert load.batches == (1 if choice is Choice.SKIP else 2)
    if choice is Choice.NEW:
        again = desk.load("clients", HEADINGS, _row("Котов Олег", 1), _row("Орлов Пётр", 2))
        assert counts(again) == {"matched": 2}


@pytest.mark.parametrize("choice", (Choice.NEW, Choice.SAME))
def test_orders_of_many_come_to_the_same_too(desk: DoubtDesk, choice: Choice) -> None:
    desk.given.workshop(parent=desk.unit)
    vins = [f"XTA2190123456789{number}" for number in range(4)]
    for number, vin in enumerate(vins):
        [owner] = _known(desk, number, name=f"Иванов Иван {number}")
        desk.given.asset(owner, vin=vin)
    headings = ("Номер заказ-наряда", "Дата открытия", "VIN", "ФИО", "Телефон", "Работа", "Сумма")
    load = desk.staged(
        "visits", headings,
        ("СЦ-1", "10.03.2025", vins[0], "Котов Олег", _phone(11), "Масло", "100"),
        ("СЦ-1", "10.03.2025", vins[0], "Котов Олег", _phone(11), "Фильтр", "200"),
        ("СЦ-2", "11.03.2025", vins[1], "Котов Олег", _phone(11), "Масло", "100"),
        ("СЦ-3", "12.03.2025", vins[2], "Орлов Пётр", _phone(12), "Масло", "100"),
        # An order that is another vehicle's waits for a correction, whoever it is.
        ("СЦ-3", "12.03.2025", vins[3], "Гусев Егор", _phone(13), "Масло", "100"),
    )  # fmt: skip
    cause = Cause(RowProblemCode.OTHER_OWNER, (Sign.VEHICLE,), (Sign.NAME,)).key
    assert desk.told(load) == {"doubtful": 5}

    def orders() -> list[Any]:
        rows = desk.session.execute(
            select(Visit.number, Visit.total, Client.name).join(
                Client, Visit.client_id == Client.id
            )
        )
        lines = desk.session.scalars(select(VisitLine.name).order_by(VisitLine.name)).all()
        return [sorted(rows.all()), lines]

    nested = desk.session.begin_nested()
    _one_by_one(desk, load, choice, cause)
    one_by_one = [*_picture(desk, load), *orders()]
    nested.rollback()
    desk.session.expire_all()
    done = _together(desk, load, choice, cause=cause)
    assert (done.people, done.rows, done.waiting) == (3, 5, 0)
    assert [*_picture(desk, load), *orders()] == one_by_one
    assert desk.told(load) == {"doubtful": 1, "new": 3, "appended": 1}
    assert done.decision_id is not None
    undo_decision(desk.session, done.decision_id, actor=desk.actor, now=LATER)
    desk.session.expire_all()
    assert desk.told(load) == {"doubtful": 5} and _count(desk, Visit) == 0


def _same(desk: DoubtDesk, *numbers: int) -> RecordLoad:
    """People of one cause, each beside one known client."""
    _known(desk, *numbers)
    rows = [_row("Котов Олег", one) for one in numbers]
    return desk.staged("clients", HEADINGS, *rows)


def _count(desk: DoubtDesk, table: type) -> int:
    return desk.session.scalar(select(func.count()).select_from(table)) or 0


def test_what_was_decided_together_is_undone_together(desk: DoubtDesk) -> None:
    load = _mixed(desk)
    before = whole_database(desk.session)
    for choice in (Choice.NEW, Choice.SAME, Choice.SKIP):
        _together(desk, load, choice)
        seen = decisions_of(desk.session, load, actor=desk.actor).of_row
        together = [one for one in seen.values() if one.people > 1]
        assert {one.people for one in together} == {len({one.id for one in together})}
        # Any of them undoes all of them, and once.
        last = max(one.id for one in together)
        for _ in range(2):
            undo_decision(desk.session, last, actor=desk.actor, now=LATER)
        desk.session.expire_all()
        assert _count(desk, MatchDecision) == 0
        after = whole_database(desk.session)
        for name in ("clients", "contact_points", "client_units", "loaded_rows"):
            assert after[name] == before[name], (choice, name)
        assert not decisions_of(desk.session, load, actor=desk.actor).has_any
    told = Counter(desk.session.scalars(select(JournalEntry.event)))
    assert told["RowsDecided"] == told["DecisionUndone"] == _count(desk, LoadDecision)


def test_a_single_decision_is_undone_alone(desk: DoubtDesk) -> None:
    load = _same(desk, 1, 2, 3)
    single = desk.decide(load, 2, Choice.NEW)
    done = _together(desk, load, Choice.NEW)
    assert single is not None and (done.people, done.rows) == (2, 2)
    undo_decision(desk.session, single.id, actor=desk.actor, now=LATER)
    desk.session.expire_all()
    assert desk.told(load) == {"doubtful": 1, "new": 2}
    # It waits for the same cause again.
    assert alike_in(desk.session, load.id, OTHER_NAME).people == 1
    assert _together(desk, load, Choice.SKIP).people == 1
    assert desk.told(load) == {"skipped": 1, "new": 2}
    # What one of them brought is needed by now: all stay.
    made = desk.session.get_one(Client, desk.row(load, 4).client_id)
    desk.given.task(unit=desk.unit, client=made)
    assert done.decision_id is not None
    with pytest.raises(DecisionUsed), desk.session.begin_nested():
        undo_decision(desk.session, done.decision_id, actor=desk.actor, now=LATER)
    assert desk.told(load) == {"skipped": 1, "new": 2}


def test_so_many_at_one_press_and_the_next_goes_on_below(
    desk: DoubtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = _same(desk, 1, 2, 3, 4, 5)
    # Of the first two two clients may be meant each.
    _known(desk, 1, 2, name="Сидоров Илья")
    monkeypatch.setattr(deciding_together, "MOST_PEOPLE", 2)
    first = _together(desk, load, Choice.SAME)
    assert (first.people, first.waiting, first.next_row) == (0, 2, 4)
    assert first.decision_id is None and load.batches == 1
    assert alike_in(desk.session, load.id, OTHER_NAME, since=4).people == 3
    second = _together(desk, load, Choice.SAME, since=4)
    assert (second.people, second.waiting, second.next_row) == (2, 0, 6)
    third = _together(desk, load, Choice.SAME, since=6)
    assert (third.people, third.next_row) == (1, None)
    assert desk.told(load) == {"doubtful": 2, "matched": 3}
    nobody = _together(desk, load, Choice.SAME, since=6)
    assert (nobody.people, nobody.waiting, nobody.next_row) == (0, 0, None)
    monkeypatch.setattr(deciding_together, "MOST_ROWS", 1)
    assert _together(desk, load, Choice.NEW).next_row == 3


def test_whoever_waits_for_another_cause_by_now_goes_on_waiting(desk: DoubtDesk) -> None:
    load = _same(desk, 1, 2, 3)
    row = desk.row(load, 2)
    [client] = desk.session.scalars(
        select(Client).join(ContactPoint).where(ContactPoint.value == _phone(1))
    )
    client.name, client.name_norm = "Котов Олег", "котов олег"
    _known(desk, 1, name="Котов Олег")
    desk.session.flush()
    done = _together(desk, load, Choice.NEW)
    assert (done.people, done.waiting) == (2, 1)
    desk.session.refresh(row)
    seen = desk.seen(load)
    assert seen is not None and seen.others == 0 and seen.alike is not None
    assert row.cause == seen.alike.cause != OTHER_NAME
    # Only one is left of those: certain, so it is loaded, whatever is said of the doubtful ones.
    _known(desk, 4)
    other = desk.staged("clients", HEADINGS, _row("Лунин Олег", 4))
    [known] = desk.session.scalars(
        select(Client).join(ContactPoint).where(ContactPoint.value == _phone(4))
    )
    known.name, known.name_norm = "Лунин Олег", "лунин олег"
    desk.session.flush()
    page = desk.seen(other)
    assert page is not None and page.ruling.doubt is None and page.alike is not None
    assert _together(desk, other, Choice.NEW).people == 1
    assert desk.told(other) == {"matched": 1}
    assert desk.session.scalars(select(LoadDecision.choice).order_by(LoadDecision.id.desc())).first(
    ) is Choice.AGAIN  # fmt: skip


def test_all_rules_of_a_single_decision_hold(desk: DoubtDesk) -> None:
    load = _same(desk, 1, 2)
    stranger = desk.given.manager(desk.given.unit("Другой"))
    with pytest.raises(NotFound):
        decide_together(desk.session, load.id, cause=OTHER_NAME, choice=Choice.SKIP,
                        actor=stranger, now=NOON)  # fmt: skip
    for choice in (Choice.AGAIN, Choice.MENDED):
        with pytest.raises(ValueError, match=choice.value):
            _together(desk, load, choice)
    assert _together(desk, load, Choice.SKIP, cause="nothing").people == 0
    load.state = LoadState.LOADING
    desk.session.flush()
    with pytest.raises(LoadNotOver):
        _together(desk, load, Choice.SKIP)
    load.state = LoadState.DONE
    # Rows that were kept before causes were are decided one by one.
    for row in desk.session.scalars(select(LoadedRow)):
        row.cause = None
    page = look_at_doubt(desk.session, load.id, actor=desk.actor, now=NOON)
    assert page is not None and page.others == 0
    decision = desk.decide(load, 2, Choice.NEW)
    assert decision is not None
    decision.rows = [row[:3] for row in decision.rows]  # as it was kept then
    desk.session.flush()
    undo_decision(desk.session, decision.id, actor=desk.actor, now=LATER)
    desk.session.expire_all()
    assert desk.told(load) == {"doubtful": 2} and desk.row(load, 2).cause is None


def test_results_of_calls_are_saved_for_those_who_are_meant(desk: DoubtDesk) -> None:
    made_at = NOON - timedelta(days=10)
    for number in (1, 2):
        client = desk.given.client("Иванов Иван", phone=_phone(number), unit=desk.unit)
        desk.given.task(unit=desk.unit, client=client, due_at=made_at, created_at=made_at)
    _known(desk, 3, name="Сидоров Илья")
    _known(desk, 3)
    rows = [("Котов Олег", _phone(one), "16.03.2026 11:30", "занято") for one in (1, 2, 3)]
    load = desk.staged("results", ("ФИО", "Телефон", "Дата звонка", "Результат"), *rows)
    assert desk.told(load) == {"doubtful": 3}
    with pytest.raises(ValueError, match="new"):
        _together(desk, load, Choice.NEW)
    done = _together(desk, load, Choice.SAME)
    assert (done.people, done.waiting) == (2, 1)
    assert desk.told(load) == {"doubtful": 1, "new": 2} and _count(desk, Attempt) == 2
    # Calls that were made stay, and nothing says otherwise.
    seen = decisions_of(desk.session, load, actor=desk.actor).of_row
    assert [one.may_be_undone for one in seen.values()] == [False, False]
    assert done.decision_id is not None
    with pytest.raises(DecisionUsed), desk.session.begin_nested():
        undo_decision(desk.session, done.decision_id, actor=desk.actor, now=LATER)


def test_rows_of_a_load_of_the_background_wait_with_their_cause(
    database: Database, tmp_path: Path
) -> None:
    desk = StagingDesk(database, tmp_path)
    with database.unit_of_work() as session:
        for number in (1, 2):
            Given(session).client("Иванов Иван", phone=_phone(number))
    lines = [f"Котов Олег;{_phone(number)};;" for number in (1, 2)]
    load_id = desk.ask(write_lines(tmp_path / "people.csv", lines), runs_by_itself=True)
    while desk.work():
        pass
    with database.unit_of_work() as session:
        # Nobody of this unit sees whom they are like.
        same, new = (
            decide_together(session, load_id, cause=OTHER_NAME, choice=choice, actor=desk.actor,
                            now=NOON)
            for choice in (Choice.SAME, Choice.NEW)
        )  # fmt: skip
        assert (same.people, same.waiting, new.people) == (0, 2, 2)
        assert session.get_one(RecordLoad, load_id).counts["doubtful"] == 0
