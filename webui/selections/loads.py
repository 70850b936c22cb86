"""A staged load of records: how far it is, what its rows will come to, what came of them (A8).

One address for the whole life of a load: reloading or coming back shows where it is.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.errors import Refused
from directory.units.tree import get_unit
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.asking import ask_check, ask_end, ask_run
from importers.loads.deciding import DECIDABLE
from importers.loads.decisions_seen import decisions_of
from importers.loads.doubtful import doubts_foreseen, waiting_in
from importers.loads.models import AT_WORK, OVER, LoadState, RecordLoad
from importers.loads.seen import (
    counts_of,
    get_load,
    place_of_load,
    progress_of,
    refusal_of,
    rows_with_problems,
)
from importers.loads.spool import spool_file
from importers.loads.steps import StepRefused
from importers.loads.told import NOT_LOADED, Verdict
from importers.loads.undoing import FAILED, ask_take_back, undo_refusal_of
from importers.permissions import ImportPermission
from importers.problems import FileRefused
from importers.taken_rows import LoadTouched
from webui.labels.doubts import decided_words
from webui.labels.file_places import place_words, skipped_words
from webui.labels.files import file_sentence
from webui.labels.journal import actor_words
from webui.labels.loads import (
    TONES,
    VERDICT_TONES,
    kind_words,
    likely_words,
    row_words,
    seconds_words,
    verdict_hint,
)
from webui.numbers import row_number
from webui.refused_steps import nothing_written, refused_step
from webui.requests import in_background, is_htmx, requires, session
from webui.selections.column_choice import left_out
from webui.selections.kind_hints import kind_hints
from webui.selections.lead_uploads import address_of_read
from webui.selections.load_hindrances import hindrances_of
from webui.selections.load_links import links_of
from webui.selections.load_rows import Only, shown_rows
from webui.selections.load_uploads import ask_for, copied, loads_folder
from webui.selections.load_workbooks import result_takes
from webui.selections.recent_files import recent_files_told
from webui.selections.uploads import Asked, refused_upload
from webui.wording import whole
from worklists.task_page import names_of

bp = Blueprint("loads", __name__)


@bp.get("/selections/loads/<int:load_id>")
@requires(ImportPermission.LOAD)
def show(load_id: int) -> Any:
    """Where the load is: its columns, its progress, what is promised, or what came of it."""
    load = get_load(session(), load_id, actor=g.actor)
    if load.imported_file_id is not None:
        return redirect(address_of_read(load, load.imported_file_id))
    if load.state is LoadState.COLUMNS:
        return redirect(url_for("load_columns.page", load_id=load_id))
    if load.state in AT_WORK:
        return render_template(
            "selections/load_progress.html", page="selections", **_told(load), **_progress(load)
        )
    return _ended(load)


def _ended(load: RecordLoad, hindered: LoadTouched | None = None) -> str:
    """The page of a load that waits for a person or is over; ``hindered``: why it stays."""
    only = Only.of(request.args.get("rows", ""))
    is_checked = load.state is LoadState.CHECKED
    # Rows of a preview that came to nothing are no result.
    has_run = load.batches > 0 or load.state is LoadState.DONE
    promised, came = counts_of(load.checked), counts_of(load.counts)
    counts = promised if is_checked else came
    waiting = waiting_in(session(), load)
    decided = decisions_of(session(), load, actor=g.actor)
    # What people have decided since the load has changed its counts, and breaks no promise.
    may_compare = load.state is LoadState.DONE and not decided.has_any
    undone = hindered or undo_refusal_of(load)
    return render_template(
        "selections/load.html",
        page="selections",
        **_told(load),
        only=only,
        counts=counts,
        total=sum(counts.values()) if is_checked or has_run else 0,
        remarked=rows_with_problems(session(), load.id, actor=g.actor),
        broken=_broken_promises(promised, came) if may_compare else [],
        has_promise=load.checked is not None and may_compare,
        not_loaded=sum(counts[one] for one in NOT_LOADED),
        unread=_unread(load, promised, came),
        waiting=waiting,
        foreseen=doubts_foreseen(session(), load.id) if is_checked else (0, 0),
        decided=decided,
        may_undo=load.state in DECIDABLE and load.forgotten_at is None,
        deciders=names_of(session(), {one.by for one in decided.of_row.values()}),
        actor_words=actor_words,
        decided_words=decided_words,
        hindrances=hindrances_of(undone) if isinstance(undone, LoadTouched) else None,
        has_run=has_run,
        is_over=load.state in OVER,
        verdicts=tuple(Verdict),
        verdict_tones=VERDICT_TONES,
        verdict_hint=verdict_hint,
        row_words=row_words,
        likely_words=likely_words,
        links=links_of(waiting),
        result_takes=result_takes(load),
        **kind_hints(load),
        left_out=left_out(
            FORMATS[load.format], columns_of(load), [cells for _no, cells in load.sample]
        ),
        refused=_refused(load),
        undo_failed=undone is FAILED,
        **shown_rows(load, only, decided, page=request.args.get("page", 1, type=row_number)),
    )


@bp.get("/selections/files/recent", endpoint="recent")
@requires(ImportPermission.LOAD)
@in_background
def recent() -> Any:
    """The list of the latest files alone: it follows what is under way."""
    return render_template("selections/_recent_files.html", **recent_files_told())


@bp.get("/selections/loads/<int:load_id>/progress", endpoint="progress")
@requires(ImportPermission.LOAD)
@in_background
def progress(load_id: int) -> Any:
    """How far it is; when there is nothing more to follow the page goes to where the load is."""
    load = get_load(session(), load_id, actor=g.actor)
    address = url_for("loads.show", load_id=load_id)
    if not is_htmx():
        return redirect(address)
    if load.state not in AT_WORK or request.args.get("state") != load.state.value:
        answer = make_response("")
        answer.headers["HX-Redirect"] = address
        return answer
    return render_template("selections/_load_progress.html", load=load, **_progress(load))


@bp.post("/selections/loads/<int:load_id>/check", endpoint="check")
@requires(ImportPermission.LOAD)
def check(load_id: int) -> Any:
    """Check it once more: the directory may have changed since."""
    return _stepped(ask_check, load_id)


@bp.post("/selections/loads/<int:load_id>/run", endpoint="run")
@requires(ImportPermission.LOAD)
def run(load_id: int) -> Any:
    """Yes: load what the preview has promised."""
    return _stepped(ask_run, load_id)


@bp.post("/selections/loads/<int:load_id>/end", endpoint="end")
@requires(ImportPermission.LOAD)
def end(load_id: int) -> Any:
    """Stop it; what was loaded before stays until it is taken back."""
    return _stepped(ask_end, load_id)


@bp.post("/selections/loads/<int:load_id>/again", endpoint="again")
@requires(ImportPermission.LOAD)
def again(load_id: int) -> Any:
    """The same file anew from where it lies, another sheet of it or as another kind of file."""
    load = get_load(session(), load_id, actor=g.actor)
    sheet = request.form.get("sheet", load.sheet)[:200]
    code = request.form.get("format", load.format)
    asked = Asked(load.unit_id, code, sheet)
    name, size, sha256 = load.name, load.size, load.sha256
    by_hand = url_for("files.page", unit=load.unit_id, format=code, sheet=sheet or None)
    place = spool_file(loads_folder(), load_id)
    if not place.exists():
        flash(_("Сохранённого файла больше нет. Выберите его ещё раз."), "bad")
        return redirect(by_hand, 303)
    if (sheet, code) != (load.sheet, load.format) and load.state in (
        LoadState.COLUMNS,
        LoadState.CHECKED,
    ):
        ask_end(session(), load_id, actor=g.actor, now=g.now)
    copy = copied(place)
    try:
        found = ask_for(copy, asked, name=name, size=size, sha256=sha256)
    except FileRefused as refused:
        session().rollback()
        flash(refused_upload(refused, name, sheet).text, "bad")
        return redirect(url_for("loads.show", load_id=load_id), 303)
    finally:
        copy.unlink(missing_ok=True)
    return redirect(url_for("loads.show", load_id=found.load.id), 303)


@bp.post("/selections/loads/<int:load_id>/take-back", endpoint="take_back")
@requires(ImportPermission.LOAD)
def undo_all(load_id: int) -> Any:
    """Take the whole load back, or say what of it is needed by now; a large one by itself."""
    address = url_for("loads.show", load_id=load_id)
    try:
        told = ask_take_back(session(), load_id, actor=g.actor, now=g.now)
    except LoadTouched as hindered:
        nothing_written()
        return _ended(get_load(session(), load_id, actor=g.actor), hindered), 409
    except Refused as refused:
        return refused_step(refused, address)
    if told is None:
        return redirect(address, 303)
    flash(
        _("Загрузка отменена. Убрано записей: %(count)s (клиенты, телефоны, автомобили и прочее).",
          count=whole(sum(told.gone.values())))
    )  # fmt: skip
    if told.restored:
        flash(_("Возвращены прежние значения, записей: %(count)s.", count=whole(told.restored)))
    if told.kept:
        flash(_("Осталось изменённое людьми после загрузки: %(count)s.", count=whole(told.kept)))
    return redirect(address, 303)


def _stepped(step: Callable[..., RecordLoad], load_id: int) -> Any:
    """Make the step, and show where the load is; it may have gone on by itself meanwhile."""
    address = url_for("loads.show", load_id=load_id)
    try:
        step(session(), load_id, actor=g.actor, now=g.now)
    except StepRefused as refused:
        return refused_step(refused, address)
    return redirect(address, 303)


def _told(load: RecordLoad) -> dict[str, Any]:
    """What every page of a load says at its head."""
    place, sheet = place_of_load(load)
    return {
        "load": load,
        "kind": kind_words(load.format),
        "unit": get_unit(session(), load.unit_id, actor=g.actor),
        "asked_by": actor_words(load.asked_by, names_of(session(), [load.asked_by])),
        "tone": TONES.get(load.state, "neutral"),
        "place": place_words(place, sheet),
        "skipped": skipped_words(load.skipped, place),
    }


def _progress(load: RecordLoad) -> dict[str, Any]:
    found = progress_of(load, now=g.now)
    counts = counts_of(load.counts)
    return {
        "progress": found,
        "percent": None if found.share is None else int(found.share * 100),
        "left": seconds_words(found.seconds_left) if found.seconds_left is not None else "",
        "so_far": [(verdict, count) for verdict, count in counts.items() if count],
        "tones": VERDICT_TONES,
    }


def _unread(load: RecordLoad, promised: dict[Verdict, int], came: dict[Verdict, int]) -> int:
    """How many rows of a stopped load were not read; 0: none, or nobody knows how many."""
    if load.state is not LoadState.CANCELLED:
        return 0
    return max(0, (sum(promised.values()) or load.lines or 0) - sum(came.values()))


def _broken_promises(
    promised: dict[Verdict, int], came: dict[Verdict, int]
) -> list[tuple[Verdict, int, int]]:
    """Verdicts of which the run gave another number than the preview."""
    return [(one, promised[one], came[one]) for one in Verdict if promised[one] != came[one]]


def _refused(load: RecordLoad) -> str:
    found = refusal_of(load) if load.state is LoadState.REFUSED else None
    return file_sentence(found) if found is not None else ""
