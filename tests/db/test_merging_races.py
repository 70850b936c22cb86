"""A merge in the midst of work: each comes before or after, whole, and nobody waits in a circle."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from campaigns.models import Outcome
from core.db import Database
from core.errors import ProzvonError
from directory.clients.editing import add_phone
from directory.clients.models import Client
from directory.staff.models import Role
from tests.conftest import NOON
from tests.db.test_attempts_races import at_once
from tests.db.test_merging import assert_every_row_has_one_client
from tests.given import LEASE, Given
from worklists.attempts import AttemptReport, record_attempt
from worklists.forming import form_work_lists
from worklists.lifecycle import OPEN, TaskState
from worklists.merging.late import gather_late_rows
from worklists.merging.merge import merge_clients
from worklists.merging.undo import undo_merge
from worklists.models.task import PHONING, Task
from worklists.queue import take_task

ROUNDS = 8


def test_a_merge_among_claims_outcomes_and_forming(database: Database) -> None:
    """Two merges the other way round, a claim, an outcome, an edit and forming at once."""
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        person = given.employee("Ольга", unit=unit)
        head = given.actor(person, role=Role.HEAD, units=[unit])
        anna, boris = given.manager(unit, name="Анна"), given.manager(unit, name="Борис")
        lost = given.campaign("lost-clients").id
        cases: list[tuple[int, int, int, int, int]] = []
        for number in range(ROUNDS):
            one, other = (given.client(f"{number}-{n}", unit=unit) for n in range(2))
            mine, theirs = (given.task(unit=unit, client=client) for client in (one, other))
            cases.append((one.id, other.id, mine.id, theirs.id, given.run(unit, other).id))
        unit_id = unit.id
    merged = 0
    for one_id, other_id, mine_id, theirs_id, run_id in cases:
        report = AttemptReport(outcome=Outcome.NO_ANSWER, version=1, form_key=f"a-{mine_id}")
        results = at_once(
            database,
            _merge(one_id, other_id, head),
            _merge(other_id, one_id, head),
            lambda s, t=theirs_id: take_task(s, t, actor=anna, now=NOON, lease=LEASE) and 1,
            lambda s, t=mine_id, r=report: record_attempt(
                s, t, r, actor=boris, now=NOON, lease=LEASE
            ) and 1,
            *(
                lambda s, c=other_id: add_phone(
                    s, c, typed=f"+7903000{c:04d}", version=1, actor=head, now=NOON
                ) and 1
                for _often in range(one_id // 2 % 2)
            ),
            lambda s, r=run_id: form_work_lists(
                s, r, campaign_id=lost, unit_id=unit_id, actor=head, now=NOON, default_zone="UTC"
            ) and 1,
        )  # fmt: skip
        wrong = [r for r in results if isinstance(r, Exception) and not _is_refusal(r)]
        assert wrong == [], wrong
        merged += any(isinstance(result, int) for result in results[:2])
        gather_late_rows(database, lambda _session: NOON)
        with database.reading() as session:
            assert_every_row_has_one_client(session)
            phoned = session.execute(
                select(Task.client_id)
                .where(Task.state == TaskState.IN_WORK, Task.kind.in_(PHONING))
                .group_by(Task.client_id)
                .having(func.count() > 1)
            ).all()
            assert phoned == []
            doubles = select(Client.id).where(Client.merged_into_id.is_not(None))
            lonely = select(Task.id).where(Task.client_id.in_(doubles), Task.state.in_(OPEN))
            assert session.scalars(lonely).all() == []
    assert merged, "every merge was refused"


def test_of_undos_at_once_one_does_it(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        head = given.actor(given.employee("Ольга", unit=unit), role=Role.HEAD, units=[unit])
        one, other = (given.client(name, unit=unit) for name in ("Один", "Другой"))
        task_id = given.task(unit=unit, client=other).id
        one_id, other_id = one.id, other.id
    with database.unit_of_work() as session:
        merge_id = _merge(one_id, other_id, head)(session)
    undo = lambda s: undo_merge(s, merge_id, actor=head, now=NOON).came_back  # noqa: E731
    results = at_once(database, undo, undo, undo)
    assert len(set(results)) == 1 and isinstance(results[0], int), results
    with database.reading() as session:
        assert session.get_one(Task, task_id).client_id == other_id


def _merge(kept_id: int, double_id: int, actor: Any) -> Callable[[Any], int]:
    def act(session: Any) -> int:
        versions = dict(
            session.execute(
                select(Client.id, Client.version).where(Client.id.in_((kept_id, double_id)))
            ).all()
        )
        return merge_clients(
            session, kept_id, double_id, kept_version=versions[kept_id],
            double_version=versions[double_id], actor=actor, now=NOON,
        ).id  # fmt: skip

    return act


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, ProzvonError)
