"""How calls end, each as the rules have it: booked, watched, called back, refused, and so on."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from campaigns.models import Outcome
from directory.clients.models import ContactState, RefusalScope
from entrypoints.demo import talk
from entrypoints.demo.book import by
from entrypoints.demo.desk import LEASE, Desk
from entrypoints.demo.endings import Ending, choose_ending
from entrypoints.demo.facts import DEPARTMENT
from entrypoints.demo.moments import callable_from
from entrypoints.demo.records import AttemptRow, TaskRow
from entrypoints.demo.subjects import Subject
from worklists.lifecycle import TaskAction, TaskState
from worklists.models.attempt import ServiceRequestState
from worklists.models.task import Finish, TaskKind

INTERVIEW = Outcome.INTERVIEW
_LONG_AGO = timedelta(days=3)


def play(
    desk: Desk, task: TaskRow, subject: Subject, ending: Ending | None = None, *,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """Call as often as it takes, up to the ending or to the present."""
    rng, until = desk.rng, until or desk.now - timedelta(minutes=12)
    ending = ending or choose_ending(rng)
    silent = 4 if ending is Ending.UNREACHABLE else rng.choices((0, 1, 2), (58, 29, 13))[0]
    person = task.performer_id or rng.choice(desk.people)
    latest = 20 if task.kind is TaskKind.CALLBACK else 300
    at = callable_from(task.due_at + timedelta(minutes=rng.randint(2, latest)), subject.zone)
    for _ in range(silent):
        back_at = desk.ring(task, subject, person, at) if at < until else None
        if back_at is None or back_at >= until:
            return
        desk.book.come_back(task)
        person = task.performer_id or rng.choice(desk.people)
        at = callable_from(back_at + timedelta(minutes=rng.randint(2, 200)), subject.zone)
    if at < until and rng.random() < 0.03:
        desk.fumble(task, rng.choice(desk.people), at)
        at += timedelta(minutes=15)
    if at < until:
        desk.book.take(task, person, at, lease=LEASE)
        _CONVERSATIONS[ending](desk, task, subject, at + timedelta(seconds=rng.randint(60, 280)))


def converse(
    desk: Desk, task: TaskRow, subject: Subject, ending: Ending, person: int, at: datetime
) -> None:
    """Take the task at this moment and talk to this ending."""
    desk.book.take(task, person, at, lease=LEASE)
    _CONVERSATIONS[ending](desk, task, subject, at + timedelta(seconds=desk.rng.randint(60, 280)))


def _book_in_call(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    rng = desk.rng
    row = desk.attempt(task, subject, INTERVIEW, at, code="booked_in_call",
                       comment=rng.choice(talk.BOOKED), asks_mileage=True)  # fmt: skip
    if rng.random() < 0.7:
        wanted_on = at.date() + timedelta(days=rng.randint(1, 9))
        wanted_on += timedelta(days=max(0, wanted_on.weekday() - 4) and 7 - wanted_on.weekday())
        minute = rng.choice((None, *range(9 * 60, 18 * 60, 30)))
        states = (ServiceRequestState.REQUESTED, ServiceRequestState.CANCELLED)
        state = rng.choices(states, (92, 8))[0]
        desk.book.request_service(task, desk.centre.mechanics_id, wanted_on, minute,
                                  rng.choice(talk.WORKS), at, state)  # fmt: skip
    if rng.random() < 0.05:
        _ask_extra(desk, task, row)
    others = desk.book.untouched_beside(task)
    if others or rng.random() < 0.8:
        for other in others:
            _settle(desk, other, row)
        desk.book.finish(task, row, Finish.GOAL_REACHED)
    else:
        _watch(desk, task, row)


def _book(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    row = desk.attempt(task, subject, INTERVIEW, at, code="booked",
                       comment=desk.rng.choice(talk.BOOKED), acquired=True)  # fmt: skip
    desk.book.finish(task, row, Finish.GOAL_REACHED)


def _will_come(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    row = desk.attempt(task, subject, INTERVIEW, at, code="will_come",
                       comment=desk.rng.choice(talk.WILL_COME), asks_mileage=True)  # fmt: skip
    _watch(desk, task, row)


def _think(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    wait = timedelta(minutes=desk.rng.choice((120, 200, 24 * 60, 26 * 60, 48 * 60, 95 * 60)))
    callback = promise_callback(desk, task, subject, at, callable_from(at + wait, subject.zone))
    play(desk, callback, subject)


def promise_callback(
    desk: Desk, task: TaskRow, subject: Subject, at: datetime, due_at: datetime
) -> TaskRow:
    """The client will think: the task goes on as a callback at the promised time (A14)."""
    comment = desk.rng.choice(talk.THINKS)
    row = desk.attempt(task, subject, INTERVIEW, at, code="think_call_later", comment=comment)
    callback = _plan(desk, task, row, TaskKind.CALLBACK, due_at, comment=comment)
    desk.book.finish(task, row, Finish.REPLACED)
    return callback


def _go_elsewhere(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    row = desk.attempt(task, subject, INTERVIEW, at, code="done_elsewhere",
                       comment=desk.rng.choice(talk.ELSEWHERE), asks_mileage=True)  # fmt: skip
    desk.book.finish(task, row, Finish.GOAL_REACHED)


def _complain(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    comment = desk.rng.choice(talk.COMPLAINTS)
    row = desk.attempt(task, subject, INTERVIEW, at, code="complaint", comment=comment)
    _involve(desk, task, row, desk.centre.quality_id, desk.centre.quality_managers)
    _watch(desk, task, row)


def _question(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    comment = desk.rng.choice(talk.QUESTIONS)
    row = desk.attempt(task, subject, INTERVIEW, at, code="other_department", comment=comment)
    if desk.unit_id != desk.centre.service_id:
        _involve(desk, task, row, desk.centre.service_id, desk.centre.service_managers)
    _watch(desk, task, row)


def _refuse(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    purpose = desk.purpose_of(task)
    code = desk.rng.choices(("not_now", "refuses_purpose", "refuses_all"), (65, 25, 10))[0]
    comment = desk.rng.choice(talk.REFUSALS)
    row = desk.attempt(task, subject, Outcome.REFUSED, at, code=code, comment=comment)
    desk.book.finish(task, row, Finish.REFUSED)
    subject.client.cooling_off_until = at + purpose.cooling_off
    if code == "refuses_purpose":
        desk.book.refuse(row, RefusalScope.PURPOSE, purpose.purpose, comment)
    elif code == "refuses_all":
        desk.book.refuse(row, RefusalScope.ALL, None, comment)


def _find_bad_data(desk: Desk, task: TaskRow, subject: Subject, at: datetime) -> None:
    codes = ("wrong_person", "not_in_service", "car_sold", "not_owner")
    code = desk.rng.choices(codes, (35, 30, 25, 10))[0]
    comment = desk.rng.choice(talk.BAD_DATA)
    row = desk.attempt(task, subject, Outcome.BAD_DATA, at, code=code, comment=comment)
    about_number = code in codes[:2]
    vehicle = next(one for one in subject.vehicles if one.row.id == task.asset_id)
    if about_number and subject.contact:
        subject.contact.state = ContactState.WRONG
    else:
        vehicle.row.is_confirmed = False
    if desk.rng.random() < 0.6:
        goal = "Найти верный номер клиента" if about_number else "Уточнить владельца автомобиля"
        fix = _plan(desk, task, row, TaskKind.DATA_FIX, at + timedelta(days=1), goal=goal)
        desk.book.finish(task, row, Finish.BAD_DATA)
        do_job(desk, fix, desk.people, talk.FIXED)
    else:
        desk.book.finish(task, row, Finish.BAD_DATA)


def do_job(desk: Desk, task: TaskRow, people: Sequence[int], words: Sequence[str]) -> None:
    """A job without a call is done within some working days, or is still to do."""
    wait = timedelta(hours=desk.rng.choice((2, 5, 20, 26, 44, 70)))
    at = callable_from(task.created_at + wait, desk.centre.zone)
    if at + LEASE >= desk.now - timedelta(minutes=10):
        return
    person = task.performer_id or desk.rng.choice(people)
    desk.book.take(task, person, at, lease=LEASE)
    comment = desk.rng.choice(words)
    task.comment = comment
    desk.book.close(task, TaskAction.COMPLETE, Finish.GOAL_REACHED, at + LEASE / 2, person,
                    "JobFinished", {"comment": comment})  # fmt: skip


def _watch(desk: Desk, task: TaskRow, row: AttemptRow) -> None:
    """On control until the date; then confirmed, sooner or later."""
    control = desk.purpose_of(task).control
    until = callable_from(row.at + control, desk.centre.zone)
    desk.book.watch(task, row, until)
    if until >= desk.now - timedelta(minutes=15):
        return
    desk.book.notice_control(task)
    at = callable_from(until + timedelta(minutes=desk.rng.randint(5, 400)), desk.centre.zone)
    if at >= desk.now or (at > desk.now - _LONG_AGO and desk.rng.random() < 0.5):
        return
    comment = "Клиент приехал, работа выполнена"
    desk.book.close(task, TaskAction.COMPLETE, Finish.CONFIRMED, at, row.employee_id,
                    "ControlConfirmed", {"comment": comment})  # fmt: skip


def _plan(
    desk: Desk, task: TaskRow, row: AttemptRow, kind: TaskKind, due_at: datetime, *,
    goal: str = "", comment: str = "",
) -> TaskRow:  # fmt: skip
    personal = kind is not TaskKind.DATA_FIX
    return desk.book.add_task(
        desk.book.work_lists[task.work_list_id - 1], desk.purpose_of(task), kind=kind,
        asset_id=task.asset_id, at=row.at, due_at=due_at, zone=task.time_zone,
        actor=by(row.employee_id), goal=goal or task.goal, comment=comment,
        performer_id=row.employee_id if personal else None, predecessor=task,
    )  # fmt: skip


def _ask_extra(desk: Desk, task: TaskRow, row: AttemptRow) -> None:
    goal = desk.rng.choice(talk.EXTRAS)
    extra = _plan(desk, task, row, TaskKind.EXTRA, row.at + timedelta(days=1), goal=goal)
    do_job(desk, extra, desk.people, talk.ANSWERS)


def _settle(desk: Desk, other: TaskRow, row: AttemptRow) -> None:
    """The conversation settled this task too: its own attempt, pointing to the first (A16)."""
    other.performer_id = row.employee_id
    copy = desk.book.attempt(
        other, row.outcome, row.at, result=row.result_version_id, comment=row.comment,
        contact_id=row.contact_point_id, copied_from=row,
    )  # fmt: skip
    details = {"attempt_id": copy.id, "copied_from_id": row.id}
    desk.book.close(other, TaskAction.COMPLETE, Finish.REPEAT, row.at, row.employee_id,
                    "TaskSettled", details)  # fmt: skip


def _involve(
    desk: Desk, task: TaskRow, row: AttemptRow, unit_id: int, people: tuple[int, ...]
) -> None:
    """Ask another department, which answers within some days, or has still to answer (A6)."""
    if (task.client_id, unit_id) in desk.book.known_to:
        return
    campaign = desk.world.facts.campaigns[DEPARTMENT]
    actor = by(row.employee_id)
    origin = desk.book.work_lists[task.work_list_id - 1]
    work_list = desk.book.open_list(
        unit_id, desk.centre.unit_id, task.client_id, campaign.id,
        at=row.at, initiator=actor, origin=origin,
    )  # fmt: skip
    job = desk.book.add_task(
        work_list, campaign, kind=TaskKind.DEPARTMENT, asset_id=task.asset_id, at=row.at,
        due_at=callable_from(row.at + timedelta(days=1), desk.centre.zone),
        zone=task.time_zone, actor=actor, goal=row.comment, comment=row.comment,
    )  # fmt: skip
    desk.book.involve(task, job, row.employee_id, row.at)
    do_job(desk, job, people, talk.ANSWERS)


def repeat(desk: Desk, task: TaskRow, source: AttemptRow, at: datetime) -> None:
    """«Заполнить»: the outcome of a finished task of the same client is repeated here."""
    assert task.state is TaskState.IN_WORK
    row = desk.book.attempt(
        task, Outcome.REPEAT, at, result=source.result_version_id, comment=source.comment,
        copied_from=source,
    )  # fmt: skip
    desk.book.finish(task, row, Finish.REPEAT)


_Conversation = Callable[[Desk, TaskRow, Subject, datetime], None]
_CONVERSATIONS: Mapping[Ending, _Conversation] = {
    Ending.BOOKED_IN_CALL: _book_in_call,
    Ending.BOOKED: _book,
    Ending.WILL_COME: _will_come,
    Ending.THINKS: _think,
    Ending.ELSEWHERE: _go_elsewhere,
    Ending.COMPLAINT: _complain,
    Ending.QUESTION: _question,
    Ending.UNREACHABLE: _go_elsewhere,  # answered after all, before the ladder was used up
    Ending.REFUSED: _refuse,
    Ending.BAD_DATA: _find_bad_data,
}
