"""«Сомнительные строки» of a load: whom they mean, one person after the other (A8)."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from core.errors import Refused
from directory.permissions import DirectoryPermission
from directory.units.tree import get_unit
from importers.formats.results import RESULTS
from importers.loads.awaited import awaited_then
from importers.loads.deciding import DECIDABLE, decide
from importers.loads.deciding_together import (
    CHOICES,
    DecidedTogether,
    decide_together,
    may_be_said_of_all,
    most_at_once,
)
from importers.loads.decision_models import Choice
from importers.loads.doubtful import (
    CandidateSeen,
    DoubtSeen,
    alike_in,
    look_at_doubt,
    rejected_rows,
    waiting_loads,
)
from importers.loads.doubts import Cause
from importers.loads.models import RecordLoad
from importers.loads.result_rows import names_of_clients
from importers.loads.seen import get_load
from importers.loads.undeciding import may_be_undone, undo_decision
from importers.permissions import ImportPermission
from importers.problems import RowProblemCode
from webui.labels.doubts import cause_words
from webui.labels.files import problem_sentence
from webui.labels.spoken import gettext as _
from webui.numbers import row_number
from webui.refused_steps import refused_step
from webui.requests import requires, session
from webui.selections.decision_told import tell_decision
from webui.selections.doubt_lines import comparison, row_cells
from webui.selections.studio_list import unit_names
from webui.wording import whole

bp = Blueprint("load_doubts", __name__)


@dataclass(frozen=True)
class Waiting:
    """How many doubtful people and rejected rows wait for a person, in all loads."""

    people: int
    rejected: int


def rows_that_wait() -> Waiting:
    """For the link of other pages."""
    waiting = waiting_loads(session(), actor=g.actor)
    return Waiting(sum(one.people for one in waiting), sum(one.rejected for one in waiting))


@bp.get("/selections/doubts")
@requires(ImportPermission.LOAD)
def overview() -> str:
    """The loads with rows that wait for a person."""
    waiting = waiting_loads(session(), actor=g.actor)
    units = unit_names({one.load.unit_id for one in waiting})
    return render_template(
        "selections/load_waiting.html", page="selections", waiting=waiting, units=units
    )


@bp.get("/selections/loads/<int:load_id>/doubts")
@requires(ImportPermission.LOAD)
def page(load_id: int) -> Any:
    """The person of the row that is asked for, else the first who is to be decided."""
    return _page(load_id, _asked_row("row"), _asked_row("since") or 0)


@bp.post("/selections/loads/<int:load_id>/doubts/<int:row_no>", endpoint="decide")
@requires(ImportPermission.LOAD)
def decide_row(load_id: int, row_no: int) -> Any:
    """Do what the pressed button says, then show the next one."""
    said, _colon, number = request.form.get("choice", "").partition(":")
    choice = next((one for one in Choice if one.value == said), None)
    if choice in (None, Choice.MENDED):
        return _page(load_id, row_no)
    here = url_for("load_doubts.page", load_id=load_id, row=row_no)
    try:
        decision = decide(
            session(), load_id, row_no, choice=Choice(said),
            client_id=int(number) if number.isdecimal() and len(number) < 19 else None,
            actor=g.actor, now=g.now,
        )  # fmt: skip
    except Refused as refused:
        return refused_step(refused, here)
    tell_decision(load_id, row_no, decision)
    if request.form.get("back") == "mend":
        return redirect(url_for("load_mending.page", load_id=load_id), 303)
    return redirect(here, 303)


@bp.post("/selections/loads/<int:load_id>/doubts/together")
@requires(ImportPermission.LOAD)
def together(load_id: int) -> Any:
    """Do what the pressed button says with all who wait for one cause, as many as go at once."""
    load = get_load(session(), load_id, actor=g.actor)
    said, cause = request.form.get("choice", ""), request.form.get("cause", "")
    choice = next((one for one in CHOICES if one.value == said), None)
    if choice is None or not may_be_said_of_all(load, choice):
        return _page(load_id, None)
    since = request.form.get("since", 0, type=row_number)
    try:
        done = decide_together(
            session(), load_id, cause=cause, choice=choice, since=since, actor=g.actor, now=g.now
        )
    except Refused as refused:
        return refused_step(refused, url_for("load_doubts.page", load_id=load_id))
    may_undo = done.people and may_be_undone(load, choice)
    address = url_for("load_doubts.undo", decision_id=done.decision_id) if may_undo else ""
    flash(_told_of(load_id, cause, done), f"undo-here:{address}" if address else "message")
    row = done.next_row
    return redirect(url_for("load_doubts.page", load_id=load_id, row=row, since=row), 303)


def _told_of(load_id: int, cause: str, done: DecidedTogether) -> str:
    """What came of one press."""
    told = [
        _("Решено вместе, людей: %(people)s, строк: %(rows)s.",
          people=whole(done.people), rows=whole(done.rows))
    ]  # fmt: skip
    if done.waiting:
        told.append(
            _("Ждут дальше, людей: %(count)s – такое решение к ним не подходит.",
              count=whole(done.waiting))
        )  # fmt: skip
    if done.next_row is not None:
        more = alike_in(session(), load_id, cause, since=done.next_row)
        told.append(
            _("Ещё не разобрано с той же причиной: %(count)s, они ниже по файлу.",
              count=whole(more.people))
        )  # fmt: skip
    return " ".join(told)


@bp.post("/selections/loads/decisions/<int:decision_id>/undo")
@requires(ImportPermission.LOAD)
def undo(decision_id: int) -> Any:
    """The rows wait again."""
    try:
        decision = undo_decision(session(), decision_id, actor=g.actor, now=g.now)
    except Refused as refused:
        return refused_step(refused, url_for("load_doubts.overview"))
    flash(_("Решение отменено: строки снова ждут."))
    if decision.fingerprint is None or not decision.rows:
        return redirect(url_for("load_mending.page", load_id=decision.load_id), 303)
    row_no = decision.rows[0][0]
    return redirect(url_for("load_doubts.page", load_id=decision.load_id, row=row_no), 303)


def _asked_row(name: str) -> int | None:
    return request.args.get(name, type=row_number)


def _page(load_id: int, row_no: int | None, since: int = 0) -> Any:
    seen = look_at_doubt(
        session(), load_id, row_no=row_no, since=since, actor=g.actor, now=g.now
    )  # fmt: skip
    load = get_load(session(), load_id, actor=g.actor)
    awaited = _awaited(seen)
    if seen is not None and awaited is not None:
        # The one who was to be called is the likelier, and the first key is theirs.
        seen = replace(seen, candidates=_awaited_first(seen, awaited))
    return render_template(
        "selections/load_doubts.html",
        page="selections",
        load=load,
        is_over=load.state in DECIDABLE,
        unit=get_unit(session(), load.unit_id, actor=g.actor),
        seen=seen,
        lines=comparison(seen, awaited) if seen is not None else (),
        awaited=awaited,
        cells=row_cells(seen) if seen is not None else (),
        rejected=rejected_rows(session(), load_id, actor=g.actor).total,
        first=_first_in_sight(seen),
        whom=names_of_clients(session(), [seen.ruling.client_id] if seen else [], actor=g.actor),
        may_merge=g.actor.may(DirectoryPermission.MERGE_CLIENTS),
        problem_sentence=problem_sentence,
        since=since,
        **_alike(load, seen, since),
        here=url_for("load_doubts.page", load_id=load_id, row=seen.row.row_no) if seen else "",
    )


def _awaited_first(seen: DoubtSeen, awaited: frozenset[int]) -> tuple[CandidateSeen, ...]:
    return tuple(
        sorted(seen.candidates, key=lambda one: one.client is None or one.client.id not in awaited)
    )


def _awaited(seen: DoubtSeen | None) -> frozenset[int] | None:
    """Of results of calls: for which of the clients in sight a call waited then; else None."""
    if seen is None or seen.load.format != RESULTS.code:
        return None
    ids = [one.client.id for one in seen.candidates if one.client is not None]
    return awaited_then(session(), seen.load, seen.row, ids, actor=g.actor, now=g.now)


def _alike(load: RecordLoad, seen: DoubtSeen | None, since: int) -> dict[str, Any]:
    """Why it and others wait, and what can be said of all of them."""
    if seen is None or seen.alike is None:
        return {}
    try:
        cause = Cause.of_key(seen.alike.cause)
    except ValueError:  # kept by another version: such rows are decided one by one
        return {"alike": None}
    return {
        "alike": seen.alike if seen.others or (since and seen.alike.people) else None,
        "cause": cause_words(cause),
        "most": most_at_once(load),
        "may_take_back": may_be_undone(load, Choice.SAME),
        "may_all_be_new": may_be_said_of_all(load, Choice.NEW),
        "may_all_be_same": cause.code is not RowProblemCode.SEVERAL_FIT,
    }


def _first_in_sight(seen: DoubtSeen | None) -> int | None:
    """The likeliest candidate with whom the others may be merged."""
    candidates = seen.candidates if seen is not None else ()
    return next((one.client.id for one in candidates if one.client is not None), None)
