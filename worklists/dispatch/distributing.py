"""Who gets which of a run's tasks: counted in groups, shared out, written back as seats.

The tasks are grouped and numbered by one statement; only the groups come into Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, literal, null, select, update
from sqlalchemy.orm import Session

from core.bulk import copy_rows
from worklists.dispatch.allotting import Allotment, Group, allot
from worklists.dispatch.capacity import Person, campaign_skills
from worklists.dispatch.wishes import Wish
from worklists.models.dispatch import (
    DispatchAction,
    DispatchMethod,
    DispatchRunPerson,
    DispatchRunTask,
    DispatchSeat,
    NothingReason,
    SkipReason,
)

_NO_LIMIT = 1_000_000
_NAMED = {
    DispatchMethod.PREVIOUS: SkipReason.NO_PREVIOUS,
    DispatchMethod.FILE_COLUMN: SkipReason.NOBODY_NAMED,
}
_OF_RUN = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What the tasks of a group have in common."""

    number: int
    unit_id: int
    skills: frozenset[str]
    wanted: str | None
    size: int


def distribute(session: Session, run_id: int, wish: Wish, people: Sequence[Person]) -> None:
    """Give each task of the run that nothing stands against its person, or the reason why none."""
    kinds = _kinds(session, run_id, wish)
    load = _load_without(session, run_id, people)
    room = {one.id: _room(one, load[one.id], wish) for one in people}
    groups = [_group(kind, wish, people) for kind in kinds]
    levels_load = wish.method is not DispatchMethod.EVENLY
    found = allot(groups, room, load, by_load=levels_load)
    _seat(session, run_id, found)
    _tell_why_nobody(session, run_id, groups)
    _leave_where_they_are(session, run_id)
    _write_people(session, run_id, wish, people, kinds, room)


def _kinds(session: Session, run_id: int, wish: Wish) -> list[_Kind]:
    """Number the tasks within their groups, and read the groups."""
    row = DispatchRunTask
    by_skill = wish.method is DispatchMethod.BY_SKILL
    campaign = row.campaign_id.expression if by_skill else literal(0)
    key = (row.unit_id, campaign, func.coalesce(row.wanted, ""))
    numbered = _still_to_go(run_id, row.task_id).add_columns(
        func.dense_rank().over(order_by=key).label("group_no"),
        func.row_number().over(partition_by=key, order_by=row.place).label("seat"),
    ).subquery()  # fmt: skip
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.task_id == numbered.c.task_id)
        .values(group_no=numbered.c.group_no, seat=numbered.c.seat)
        .execution_options(**_OF_RUN)
    )
    asked = campaign_skills(session) if by_skill else {}
    rows = session.execute(
        _still_to_go(
            run_id, row.group_no, func.min(row.unit_id), func.min(row.campaign_id),
            func.min(row.wanted), func.count(),
        ).group_by(row.group_no).order_by(row.group_no)
    )  # fmt: skip
    return [
        _Kind(number=no, unit_id=unit_id, skills=asked.get(campaign_id, frozenset()),
              wanted=wanted, size=size)
        for no, unit_id, campaign_id, wanted, size in rows
    ]  # fmt: skip


def _still_to_go(run_id: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        DispatchRunTask.run_id == run_id, DispatchRunTask.reason.is_(None)
    )


def _load_without(session: Session, run_id: int, people: Sequence[Person]) -> dict[int, int]:
    """What each has in hand beside the tasks that are being shared out."""
    row = DispatchRunTask
    theirs = session.execute(
        _still_to_go(run_id, row.from_performer_id, func.count())
        .where(row.from_performer_id.is_not(None))
        .group_by(row.from_performer_id)
    )
    shared: dict[int, int] = dict(theirs.all())
    return {one.id: one.in_hand - shared.get(one.id, 0) for one in people}


def _room(person: Person, load: int, wish: Wish) -> int:
    if person.is_absent:
        return 0
    return _NO_LIMIT if wish.over_limit else max(person.at_most - load, 0)


def _group(kind: _Kind, wish: Wish, people: Sequence[Person]) -> Group:
    reason, fits = SkipReason.NOT_SEEN, [one for one in people if kind.unit_id in one.unit_ids]
    if wish.action is DispatchAction.DISTRIBUTE and wish.method in _NAMED:
        named = [one for one in people if _is_named(one, kind.wanted, wish)]
        reason = SkipReason.NOT_SEEN if named else _NAMED[wish.method]
        fits = [one for one in fits if one in named]
    elif fits and wish.method is DispatchMethod.BY_SKILL:
        reason, fits = SkipReason.NO_SKILL, [one for one in fits if kind.skills <= one.skills]
    if fits:
        absent = all(one.is_absent for one in fits)
        reason = SkipReason.ABSENT if absent else SkipReason.NO_CAPACITY
    return Group(
        number=kind.number, size=kind.size, fits=tuple(one.id for one in fits), reason=reason
    )


def _is_named(person: Person, wanted: str | None, wish: Wish) -> bool:
    if not wanted:
        return False
    if wish.method is DispatchMethod.PREVIOUS:
        return str(person.id) == wanted
    return " ".join(wanted.split()).casefold() == person.name.casefold()


def _seat(session: Session, run_id: int, found: Allotment) -> None:
    seats = [
        (run_id, number, seat, person)
        for number, people in found.seats.items()
        for seat, person in enumerate(people, start=1)
    ]
    copy_rows(session, DispatchSeat, ("run_id", "group_no", "seat", "employee_id"), seats)
    row, seat = DispatchRunTask, DispatchSeat
    session.execute(
        update(row)
        .where(
            row.run_id == run_id,
            row.reason.is_(None),
            seat.run_id == run_id,
            seat.group_no == row.group_no,
            seat.seat == row.seat,
        )
        .values(to_performer_id=seat.employee_id)
        .execution_options(**_OF_RUN)
    )
    session.execute(delete(seat).where(seat.run_id == run_id).execution_options(**_OF_RUN))


def _tell_why_nobody(session: Session, run_id: int, groups: Sequence[Group]) -> None:
    row = DispatchRunTask
    for reason in sorted({group.reason for group in groups}):
        numbers = [group.number for group in groups if group.reason is reason]
        session.execute(
            update(row)
            .where(
                row.run_id == run_id,
                row.reason.is_(None),
                row.to_performer_id.is_(None),
                row.group_no.in_(numbers),
            )
            .values(reason=reason)
            .execution_options(**_OF_RUN)
        )


def _leave_where_they_are(session: Session, run_id: int) -> None:
    """A task whose turn fell to the person who has it stays."""
    row = DispatchRunTask
    session.execute(
        update(row)
        .where(
            row.run_id == run_id,
            row.reason.is_(None),
            row.to_performer_id == row.from_performer_id,
        )
        .values(reason=SkipReason.SAME, to_performer_id=null())
        .execution_options(**_OF_RUN)
    )


def _write_people(
    session: Session,
    run_id: int,
    wish: Wish,
    people: Sequence[Person],
    kinds: Sequence[_Kind],
    room: dict[int, int],
) -> None:
    given = given_by_run(session, run_id)
    rows = [
        (run_id, one.id, one.in_hand, given.get(one.id, 0), one.at_most,
         None if given.get(one.id) else _why_nothing(one, wish, kinds, room[one.id]))
        for one in people
    ]  # fmt: skip
    columns = ("run_id", "employee_id", "before", "given", "at_most", "reason")
    copy_rows(session, DispatchRunPerson, columns, rows)


def given_by_run(session: Session, run_id: int) -> dict[int, int]:
    """How many tasks of the run each person gets."""
    row = DispatchRunTask
    counted = session.execute(
        _still_to_go(run_id, row.to_performer_id, func.count())
        .where(row.to_performer_id.is_not(None))
        .group_by(row.to_performer_id)
    )
    return dict(counted.all())


def _why_nothing(person: Person, wish: Wish, kinds: Sequence[_Kind], room: int) -> NothingReason:
    if person.is_absent:
        return NothingReason.ABSENT
    seen = [kind for kind in kinds if kind.unit_id in person.unit_ids]
    if kinds and not seen:
        return NothingReason.NOT_SEEN
    if wish.method is DispatchMethod.BY_SKILL and seen:
        seen = [kind for kind in seen if kind.skills <= person.skills]
        if not seen:
            return NothingReason.NO_SKILL
    return NothingReason.NOTHING_LEFT if room else NothingReason.NO_CAPACITY
