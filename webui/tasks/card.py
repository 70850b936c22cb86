"""What the card of a task shows, put together from the read models for the template."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from campaigns.result_codes import wording
from campaigns.windows import window_of
from core.access import Actor
from directory.permissions import DirectoryPermission
from webui.i18n import locale_code
from webui.labels.tasks import block_words
from webui.labels.words import label
from webui.requests import session
from webui.tasks.control_forms import ControlForm, control_forms
from webui.tasks.due_words import task_due_words
from webui.tasks.fields import Switch, switches
from webui.tasks.hints import client_clock, control_words, mileage_words, outcome_tiles
from webui.tasks.looks import (
    STATE_TONES,
    AttemptView,
    ClientTime,
    Link,
    Tile,
)
from webui.tasks.offer import Offer, offer_for
from webui.tasks.quick_times import QuickTime, quick_times
from webui.tasks.skip_choices import skip_choices
from webui.tasks.why import last_visit_words, why_words
from webui.wording import moment, whole
from worklists.answering import may_be_returned
from worklists.asking import promised_in
from worklists.lifecycle import WAITING, TaskState
from worklists.permissions import WorkPermission
from worklists.prolongings import Prolonging, prolongings_of
from worklists.queue import YIELDS_TO_CLIENT, YIELDS_TO_PROMISE, is_own_promise
from worklists.repeats import has_finished_tasks
from worklists.task_page import TaskPage, task_page, vehicle
from worklists.undo_images import UNDO_WITHIN
from worklists.undoing import undoable_attempt
from worklists.verdicts import BlockRule, Verdict, verdict_on


@dataclass(frozen=True, kw_only=True)
class Card:
    """The card of one task for one person at one moment."""

    page: TaskPage
    actor: Actor
    now: datetime
    verdict: Verdict
    offer: Offer | None
    control_forms: Sequence[ControlForm] = ()
    prolonged: Sequence[Prolonging] = ()
    """How often its control was prolonged, and why."""
    dial_now: bool = False
    undoable_id: int | None = None
    """The attempt that this person may still take back."""
    can_repeat: bool = False
    """Whether the client has a finished task whose result may be copied."""
    promised: AttemptView | None = None
    """For a callback: what the client said when it was promised."""
    may: type[WorkPermission] = field(default=WorkPermission)

    @property
    def is_mine(self) -> bool:
        """Whether this person holds the task now."""
        task = self.page.task
        return task.state is TaskState.IN_WORK and task.performer_id == self.actor.employee_id

    @property
    def may_work(self) -> bool:
        return self.actor.may(WorkPermission.WORK)

    @property
    def may_take(self) -> bool:
        """Whether «Позвонить» would succeed, as far as can be seen."""
        return self.may_work and self._is_free and self.verdict.is_clear

    @property
    def may_take_for_client(self) -> bool:
        """Whether only rules stand against it that yield to a client who phoned in."""
        return self.may_work and self._is_free and self.verdict.rules <= YIELDS_TO_CLIENT

    @property
    def may_return(self) -> bool:
        """Whether it can be given back to the unit that asked, with a reason (A6)."""
        asking = self.page.asking
        return asking is not None and may_be_returned(self.page.task, asking.involvement)

    @property
    def may_call_early(self) -> bool:
        """Whether this is a callback of one's own that only its time stands against."""
        is_mine = is_own_promise(self.page.task, self.actor)
        waits = self.may_work and self._is_free and self.verdict.rules == YIELDS_TO_PROMISE
        return bool(waits and is_mine and self.client_time and self.client_time.is_open)

    @property
    def skip_reasons(self) -> list[tuple[int, str]]:
        may = self.may_work and (self.is_mine or self.page.task.state is TaskState.PLANNED)
        return skip_choices() if may else []

    @property
    def is_hard_blocked(self) -> bool:
        """Whether the client may not be phoned at all."""
        return bool(self.verdict.rules & {BlockRule.DO_NOT_CONTACT, BlockRule.COOLING_OFF})

    @property
    def blocks(self) -> list[str]:
        """Why it cannot be worked now; nothing while this person works on it, or when closed."""
        if self.is_mine or self.page.is_closed or self.page.task.state is TaskState.ON_CONTROL:
            return []
        return [block_words(block) for block in self.verdict.blocks]

    @property
    def shows(self) -> str:
        """Which form the card has: outcome, job, control, or none."""
        if self.page.task.state is TaskState.ON_CONTROL:
            return "control"
        if not self.may_work or not (self.is_mine or (self._is_free and self.verdict.is_clear)):
            return ""
        return "outcome" if self.page.is_phoning else "job"

    @property
    def _is_free(self) -> bool:
        """Nobody holds it; a lease that ran out holds nothing."""
        task = self.page.task
        run_out = task.lease_until is not None and task.lease_until <= self.now
        return task.state in WAITING or (task.state is TaskState.IN_WORK and run_out)

    @property
    def state_tone(self) -> str:
        return STATE_TONES.get(self.page.task.state, "neutral")

    @property
    def switches(self) -> dict[str, Switch]:
        return switches(self.offer.codes if self.offer else (), self.actor)

    @property
    def quick_times(self) -> list[QuickTime]:
        """Those of the person; where a client is phoned also by the client's clock."""
        if not self.page.is_phoning:
            return quick_times(self.now)
        window = window_of(self.page.campaign)
        return quick_times(self.now, client_zone=self.page.task.time_zone, window=window)

    @property
    def control_times(self) -> list[QuickTime]:
        """To look again needs no call, so the client's clock does not matter."""
        return quick_times(self.now)

    @property
    def tiles(self) -> list[Tile]:
        return outcome_tiles(self.page, can_repeat=self.can_repeat)

    @property
    def client_time(self) -> ClientTime | None:
        return client_clock(self.page, self.now)

    @property
    def due_text(self) -> str:
        return task_due_words(self.page.task, self.page.campaign.state, self.now)

    @property
    def facts(self) -> list[tuple[str, str]]:
        page = self.page
        rows = []
        if page.asset is not None:
            rows.append((_("Последний визит"), last_visit_words(page)))
            km = page.mileage.km if page.mileage else None
            rows.append((_("Пробег"), _("%(km)s км", km=whole(km)) if km is not None else "—"))
        if page.is_phoning:
            of = page.attempts_at_most
            rows.append((_("Попытки"), _("%(n)s из %(of)s", n=page.task.attempts, of=of)))
        return rows

    @property
    def why(self) -> list[tuple[str, str]]:
        return why_words(self.page.reason)

    @property
    def result_facts(self) -> list[tuple[str, str]]:
        page, task = self.page, self.page.task
        rows = []
        if task.outcome is not None:
            rows.append((_("Вариант завершения"), label(task.outcome)))
        if page.result:
            rows.append((_("Результат контакта"), wording(page.result, locale_code())))
        if task.finish is not None and (not rows or rows[0][1] != label(task.finish)):
            rows.append((_("Чем закончилась"), label(task.finish)))
        who = page.closed_by or page.control_by
        if who:
            rows.append((_("Кто"), who))
        if task.closed_at is not None:
            rows.append((_("Когда"), moment(task.closed_at)))
        return rows

    @property
    def mileage_hint(self) -> str:
        return mileage_words(self.page)

    @property
    def control_hint(self) -> str:
        books = "book" in self.switches
        return control_words(self.page, actor=self.actor, now=self.now, books=books)

    @property
    def links(self) -> list[Link]:
        """Helper buttons: client, vehicle, history, work-list (A6, A12)."""
        page = self.page
        found = [
            Link(f"/work-lists/{page.work_list.id}", _("Рабочий лист"), "clipboard-list"),
        ]
        if self.actor.may(DirectoryPermission.SEE_CLIENTS):
            found.append(Link(f"/clients/{page.client.id}", _("Клиент"), "users"))
            if page.asset is not None:
                found.append(Link(f"/assets/{page.asset.id}", _("Автомобиль"), "car"))
            found.append(Link(self._history_url, _("История"), "history"))
        return found

    @property
    def client_url(self) -> str:
        """The client's card, for who may see it."""
        may = self.actor.may(DirectoryPermission.SEE_CLIENTS)
        return f"/clients/{self.page.client.id}" if may else ""

    @property
    def history_links(self) -> list[Link]:
        found = [
            Link(self._history_url, _("История автомобиля") if self.page.asset else _("История"))
        ]
        if self.page.asset is not None:
            found.append(Link(f"/clients/{self.page.client.id}/history", _("Все автомобили")))
        return found

    @property
    def history_panel_url(self) -> str:
        return self._history_url.replace("/history", "/history/panel")

    @property
    def _history_url(self) -> str:
        url = f"/clients/{self.page.client.id}/history"
        return f"{url}?asset={self.page.asset.id}" if self.page.asset else url

    @property
    def attempts(self) -> list[AttemptView]:
        return [AttemptView.of(line) for line in self.page.attempts]

    @property
    def asking_attempts(self) -> list[AttemptView]:
        """What was done in the task out of which this one was asked for."""
        asking = self.page.asking
        return [AttemptView.of(line) for line in asking.attempts] if asking else []

    @property
    def asked_words(self) -> AttemptView | None:
        """What the client had said when this was asked for."""
        asking = self.page.asking
        return AttemptView.of(asking.last) if asking and asking.last else None

    @property
    def vehicle(self) -> str:
        asset = self.page.asset
        return vehicle(asset.make, asset.model, asset.plate) if asset else ""


def card_to_save(task_id: int, *, actor: Actor, now: datetime) -> Card:
    """The card without its lists: what a form that was sent is checked by. Raises NotFound."""
    card = _card(task_page(session(), task_id, actor=actor, brief=True), actor=actor, now=now)
    return replace(card, offer=offer_for(card.page)) if card.shows == "outcome" else card


def open_card(
    task_id: int, *, actor: Actor, now: datetime, dial_now: bool = False, control: Any = None,
    opened: str = "",
) -> Card:  # fmt: skip
    """Read the card. Raises NotFound for a task of a unit that this person does not see.

    ``opened``: the form of a task on control that stands open.
    """
    card = _card(
        task_page(session(), task_id, actor=actor), actor=actor, now=now, dial_now=dial_now
    )
    said = promised_in(session(), card.page.task)
    changes: dict[str, Any] = {"promised": AttemptView.of(said) if said else None}
    if card.shows == "outcome":
        changes["offer"] = offer_for(card.page)
        changes["can_repeat"] = has_finished_tasks(session(), card.page.task, actor=actor)
    if card.shows == "control":
        changes["control_forms"] = control or control_forms(card.page.task, now, opened=opened)
        changes["prolonged"] = prolongings_of(session(), [task_id]).get(task_id, ())
    return replace(card, **changes)


def _card(page: TaskPage, *, actor: Actor, now: datetime, dial_now: bool = False) -> Card:
    verdict = verdict_on(session(), page.task, now=now, viewer_id=actor.employee_id)
    verdict = Verdict(tuple(block for block in verdict.blocks if not _has_run_out(block, now)))
    is_fresh = bool(page.attempts) and page.attempts[0].at >= now - UNDO_WITHIN
    undoable_id = undoable_attempt(session(), page.task, actor=actor, now=now) if is_fresh else None
    return Card(
        page=page, actor=actor, now=now, verdict=verdict, offer=None, dial_now=dial_now,
        undoable_id=undoable_id,
    )  # fmt: skip


def task_url(task_id: int, **query: Any) -> str:
    """The address of a task's page."""
    return url_for("tasks.show", task_id=task_id, **query)


def _has_run_out(block: Any, now: datetime) -> bool:
    held = block.rule is BlockRule.HELD_BY_ANOTHER
    return bool(held and block.until is not None and block.until <= now)
