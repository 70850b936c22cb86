"""Leads of a run: why each is here, what stands against it, and what becomes work (18, 19, 21)."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.lifecycle import CampaignFinished
from campaigns.models import CampaignState
from core.access import Actor
from core.bulk import copy_rows, insert_numbered
from core.db import Database
from core.errors import NotFound, NotPermitted
from directory.clients.models import Client, ClientKind, ClientUnit, ContactRefusal, RefusalScope
from directory.staff.models import Role
from directory.units.models import Unit
from selections.directory_fields import DIRECTORY
from selections.editing import create_selection
from selections.models import FormingOrder, Lead, OrderState, Selection, SelectionRun
from selections.rules import Condition, Definition, Group, Join, Operator
from selections.running import run_selection
from tests.conftest import NOON
from tests.given import Given
from worklists import run_leads
from worklists.dry_runs import DryRun, FunnelStep, Overlap, dry_run
from worklists.forming import Formed, form_work_lists
from worklists.forming_orders import (
    ask_forming,
    form_what_was_asked,
    formed_by,
    orders_of,
)
from worklists.lead_scopes import LeadFilter, LeadScope, NoLeadsChosen
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.run_leads import form_run, leads_page, usual_unit
from worklists.task_effort import USUAL_MINUTES, Effort, effort_of
from worklists.verdicts import BlockRule

_numbers = count(1)

ZONE = "Europe/Moscow"
LADA = Condition("vehicle.make", Operator.ONE_OF, ("Lada",))
EVERYBODY = LeadScope(is_all=True)


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def head(given: Given, unit: Unit) -> Actor:
    return given.actor(given.employee(unit=unit, role=Role.HEAD), role=Role.HEAD)


class Stage:
    """Four owners of a Lada in a unit: callable, refusing, in work, and without a phone."""

    def __init__(self, given: Given) -> None:
        self.given, self.session = given, given.session
        self.unit = given.unit()
        self.boss = head(given, self.unit)
        self.campaign = given.campaign()
        self.free, self.refusing, self.working, self.silent = (
            given.client(name, unit=self.unit, phone=phone)
            for name, phone in (("Анна", "+79160000001"), ("Борис", "+79160000002"),
                                ("Вера", "+79160000003"), ("Глеб", None))
        )  # fmt: skip
        self.assets = {
            client.id: given.asset(client)
            for client in (self.free, self.refusing, self.working, self.silent)
        }
        given.session.add(
            ContactRefusal(client_id=self.refusing.id, scope=RefusalScope.ALL, source="test",
                           recorded_at=NOON)
        )  # fmt: skip
        given.task(unit=self.unit, client=self.working, asset=self.assets[self.working.id])
        self.selection = self.made(LADA)

    def made(self, *rules: Any, **values: Any) -> Selection:
        definition = Definition(rule=Group(Join.ALL, rules), **values)
        return create_selection(
            self.session, name=f"Лады {next(_numbers)}", unit_id=self.unit.id,
            definition=definition, actor=self.boss, now=NOON, catalogue=DIRECTORY,
        )  # fmt: skip

    def run(self, **values: Any) -> SelectionRun:
        return run_selection(
            self.session, self.selection.id, unit_id=self.unit.id, answers={}, form_key=None,
            actor=self.boss, now=NOON, default_zone=ZONE, catalogue=DIRECTORY, **values,
        )  # fmt: skip

    def page(self, run: SelectionRun, **values: Any) -> run_leads.LeadsPage:
        plain = {"campaign_id": self.campaign.id, "actor": self.boss, "now": NOON}
        return leads_page(self.session, run.id, **(plain | values))

    def form(self, run: SelectionRun, scope: LeadScope = EVERYBODY, **values: Any) -> Any:
        plain = {"campaign_id": self.campaign.id, "unit_id": self.unit.id, "form_key": None,
                 "actor": self.boss, "now": NOON, "default_zone": ZONE}  # fmt: skip
        return form_run(self.session, run.id, scope=scope, **(plain | values))

    def dry(self, selection_id: int | None, **values: Any) -> DryRun:
        plain = {"unit_id": self.unit.id, "campaign_id": self.campaign.id, "answers": {},
                 "actor": self.boss, "now": NOON, "default_zone": ZONE,
                 "catalogue": DIRECTORY}  # fmt: skip
        return dry_run(self.session, selection_id, **(plain | values))


@pytest.fixture
def stage(given: Given) -> Stage:
    return Stage(given)


def numbers(formed: Formed) -> tuple[int, int, int, int]:
    return formed.tasks_new, formed.already_in_work, formed.blocked, formed.later


def test_each_lead_says_why_it_is_here_and_why_not_callable(stage: Stage) -> None:
    page = stage.page(stage.run())
    assert [(row.client, row.verdict, row.block) for row in page.rows] == [
        ("Анна", LeadFilter.CALLABLE, None),
        ("Борис", LeadFilter.BLOCKED, BlockRule.DO_NOT_CONTACT),
        ("Вера", LeadFilter.IN_WORK, None),
        ("Глеб", LeadFilter.BLOCKED, BlockRule.NO_VALID_PHONE),
    ]
    assert page.rows[0].why == {"rule": {"0": "Lada"}} and page.rows[0].vehicle == "Lada Vesta"
    assert page.counts == {
        LeadFilter.ALL: 4, LeadFilter.CALLABLE: 1, LeadFilter.BLOCKED: 2, LeadFilter.IN_WORK: 1,
        LeadFilter.HELD_OUT: 0,
    }  # fmt: skip


def test_leads_are_narrowed_by_verdict_and_text_over_pages(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stage.run()
    monkeypatch.setattr(run_leads, "PAGE", 1)
    second = stage.page(run, only=LeadFilter.BLOCKED, page=2)
    assert ([row.client for row in second.rows], second.total, second.pages) == (["Глеб"], 2, 2)
    assert stage.page(run, only=LeadFilter.BLOCKED, page=99).page == 2
    by_text = stage.page(run, text="вера")
    assert ([row.client for row in by_text.rows], by_text.total) == (["Вера"], 1)
    assert stage.page(run, text="Никто").rows == []
    with pytest.raises(NotFound):
        stage.page(run, actor=head(stage.given, stage.given.unit()))
    assert stage.page(run, campaign_id=None).counts[LeadFilter.IN_WORK] == 0


def test_what_is_ticked_becomes_work_and_twice_nothing_new(stage: Stage) -> None:
    run = stage.run()
    ids = [row.lead_id for row in stage.page(run).rows]
    assert numbers(stage.form(run, LeadScope(ticked=(ids[1], ids[2])))) == (0, 1, 1, 0)
    assert numbers(stage.form(run, LeadScope(is_all=True, unticked=(ids[3],)))) == (1, 1, 1, 0)
    assert numbers(stage.form(run)) == (0, 2, 2, 0)
    again = stage.run()
    assert stage.page(again).counts[LeadFilter.CALLABLE] == 0
    assert numbers(stage.form(again)) == (0, 2, 2, 0)
    by_filter = LeadScope(is_all=True, only=LeadFilter.IN_WORK, text="Анна")
    assert numbers(stage.form(again, by_filter)) == (0, 1, 0, 0)


def test_nothing_chosen_is_said_and_only_who_may_form_forms(stage: Stage) -> None:
    run = stage.run()
    with pytest.raises(NoLeadsChosen):
        stage.form(run, LeadScope())
    with pytest.raises(NoLeadsChosen):
        stage.form(run, LeadScope(is_all=True, only=LeadFilter.HELD_OUT))
    analyst = stage.given.actor(
        stage.given.employee(unit=stage.unit, role=Role.ANALYST), role=Role.ANALYST
    )
    with pytest.raises(NotPermitted):
        stage.form(run, actor=analyst)


def test_a_scope_survives_being_kept() -> None:
    scope = LeadScope(is_all=True, only=LeadFilter.BLOCKED, text="а", ticked=(1,), unticked=(2, 3))
    assert LeadScope.from_json(scope.as_json()) == scope


def test_the_share_that_is_held_out_is_never_formed(stage: Stage) -> None:
    run = stage.run()
    free = stage.session.scalars(select(Lead).where(Lead.client_id == stage.free.id)).one()
    free.is_held_out = True
    stage.session.flush()
    assert stage.page(run).counts[LeadFilter.HELD_OUT] == 1
    assert numbers(stage.form(run)) == (0, 1, 2, 0)
    assert numbers(stage.form(run, LeadScope(ticked=(free.id,)))) == (0, 0, 0, 0)


def test_at_most_so_many_become_tasks_and_the_rest_later(stage: Stage) -> None:
    for name in "ДЕЖ":
        stage.given.asset(stage.given.client(name, unit=stage.unit))
    run = stage.run()

    def form(most: int) -> tuple[int, int, int, int]:
        return numbers(
            form_work_lists(
                stage.session, run.id, campaign_id=stage.campaign.id, unit_id=stage.unit.id,
                most=most, actor=stage.boss, now=NOON, default_zone=ZONE,
            )
        )  # fmt: skip

    assert form(0) == (0, 1, 2, 4)
    assert form(3) == (3, 1, 2, 1)
    assert form(3) == (1, 4, 2, 0)
    assert stage.session.scalar(select(func.count()).select_from(WorkList)) == 5


def test_a_dry_run_tells_all_and_writes_nothing(stage: Stage) -> None:
    given = stage.given
    given.asset(given.client("Дина", unit=stage.unit), make="Kia")
    given.asset(given.client("Чужой", unit=given.unit()))
    given.task(unit=given.unit(), client=stage.free, campaign=given.campaign("lost-clients"))
    stage.selection = stage.made(LADA, Condition("client.name", Operator.NONE_OF, ("Глеб",)))
    before = stage.run()
    given.asset(given.client("Егор", unit=stage.unit))
    stage.working.name = "Глеб"
    stage.session.flush()
    told = stage.dry(stage.selection.id)
    assert told.funnel == [FunnelStep(None, 6), FunnelStep((0,), 5), FunnelStep((1,), 3)]
    assert (told.leads, told.clients, told.callable, told.in_work) == (3, 3, 2, 0)
    assert told.blocked == {BlockRule.DO_NOT_CONTACT: 1}
    assert told.previous_run is not None and told.previous_run.id == before.id
    assert (told.new_since, told.gone_since) == (1, 1)
    assert told.overlaps == [Overlap("Потерянные клиенты сервиса", 1)]
    assert [(one.example.client_name, one.verdict, one.block) for one in told.samples] == [
        ("Анна", LeadFilter.CALLABLE, None),
        ("Егор", LeadFilter.CALLABLE, None),
        ("Борис", LeadFilter.BLOCKED, BlockRule.DO_NOT_CONTACT),
    ]
    assert told.samples[0].example.reasons == {"0": "Lada", "1": "Анна"}
    assert told.effort == Effort(USUAL_MINUTES, is_measured=False)
    assert told.hours == pytest.approx(2 * USUAL_MINUTES / 60)
    assert not told.size.is_nearly_everybody
    assert stage.session.scalar(select(func.count()).select_from(SelectionRun)) == 1
    assert numbers(stage.form(stage.run())) == (told.callable, 0, 1, 0)


def test_tasks_of_the_campaign_in_another_unit_are_told_and_their_unit_is_offered(
    stage: Stage,
) -> None:
    given, below, beside = stage.given, stage.given.unit(parent=stage.unit), stage.given.unit()
    boss = head(given, stage.unit)
    run = stage.run()
    assert usual_unit(stage.session, run.unit_id, stage.campaign.id, actor=boss) == stage.unit.id
    for client in (stage.free, stage.silent):
        given.task(unit=below, client=client, asset=stage.assets[client.id])
    for _ in range(3):
        given.task(unit=beside, client=given.client())
    told = stage.dry(stage.selection.id)
    assert (told.elsewhere, told.overlaps, told.list_unit_id) == (2, [], stage.unit.id)
    # For the boss of both units the lists are made where the campaign works.
    told = stage.dry(stage.selection.id, actor=boss)
    # One of the two may not be called; the one at work in the upper unit is elsewhere now.
    assert (told.in_work, told.elsewhere, told.list_unit_id) == (1, 1, below.id)
    assert usual_unit(stage.session, run.unit_id, stage.campaign.id, actor=boss) == below.id
    assert usual_unit(stage.session, run.unit_id, None, actor=boss) == stage.unit.id
    other = given.campaign("lost-clients").id
    assert usual_unit(stage.session, run.unit_id, other, actor=boss) == stage.unit.id


def test_a_dry_run_of_what_is_not_saved_yet(stage: Stage) -> None:
    anybody = Group(Join.ANY, (LADA, Condition("vehicle.make", Operator.KNOWN)))
    told = stage.dry(None, definition=Definition(rule=anybody), campaign_id=None)
    assert told.size.is_everybody and told.previous_run is None
    assert told.funnel == [FunnelStep(None, 4), FunnelStep((), 4)]
    assert (told.callable, told.new_since, told.days) == (2, 4, told.hours / 8)
    held = stage.dry(stage.selection.id, hold_out_share=5_000)
    run = stage.run(hold_out_share=5_000)
    assert held.held_out == run.held_out
    with pytest.raises(NotFound):
        stage.dry(stage.selection.id, actor=head(stage.given, stage.given.unit()))


def test_effort_is_what_was_recorded_lately(stage: Stage) -> None:
    task = stage.session.scalars(select(Task)).one()
    person = stage.given.employee(unit=stage.unit)
    for number in range(30):
        stage.given.attempt(task, person, at=NOON - timedelta(minutes=4 * number))
    found = effort_of(stage.session, stage.campaign.id, [stage.unit.id], now=NOON)
    assert found == Effort(4.0 * 30, is_measured=True)


@pytest.fixture
def built(database: Database) -> tuple[Database, Stage]:
    with database.unit_of_work() as session:
        stage = Stage(Given(session))
    return database, stage


def _clock(_session: Session) -> Any:
    return NOON


def sweep(database: Database) -> int:
    return form_what_was_asked(database, _clock, default_zone=ZONE)


def test_many_leads_are_formed_in_the_background_once(
    built: tuple[Database, Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, stage = built
    monkeypatch.setattr(run_leads, "BACKGROUND_FROM", 2)
    with database.unit_of_work() as session:
        stage.session = session
        run = stage.run()
        order = stage.form(run, form_key="k")
        assert isinstance(order, FormingOrder) and order.state is OrderState.WAITING
        assert stage.form(run, form_key="k").id == order.id
        assert formed_by(order) is None
        colleague = head(Given(session), session.merge(stage.unit))
        with pytest.raises(NotFound):
            stage.form(run, form_key="k", actor=colleague)
        few = LeadScope(ticked=tuple(session.scalars(select(Lead.id).limit(2))))
        assert isinstance(stage.form(run, few), Formed)
    assert sweep(database) == 1 and sweep(database) == 0
    with database.reading() as session:
        (done,) = orders_of(session, order.run_id, actor=stage.boss)
        assert done.state is OrderState.DONE and done.finished_at == NOON
        formed = formed_by(done)
        assert formed is not None and numbers(formed) == (0, 2, 2, 0)
        assert [one.id for one in orders_of(session, run.id, actor=stage.boss)] == [order.id]
        with pytest.raises(NotFound):
            orders_of(session, run.id, actor=Actor(key="employee:9"))
        work_list = session.scalars(
            select(WorkList).where(WorkList.client_id == stage.free.id)
        ).one()
        assert work_list.initiator == stage.boss.key


def test_an_order_that_cannot_be_done_says_why_and_holds_up_nobody(
    built: tuple[Database, Stage],
) -> None:
    database, stage = built
    with database.unit_of_work() as session:
        stage.session = session
        run = stage.run()
        other = Given(session).campaign("lost-clients")
        ask = {"unit_id": stage.unit.id, "scope": EVERYBODY, "actor": stage.boss, "now": NOON}
        first, second = (
            ask_forming(session, run.id, campaign_id=one.id, form_key=None, **ask)
            for one in (stage.campaign, other)
        )
        session.merge(stage.campaign).state = CampaignState.FINISHED
        session.flush()
        with pytest.raises(CampaignFinished):
            ask_forming(session, run.id, campaign_id=stage.campaign.id, form_key=None, **ask)
    assert sweep(database) == 2
    with database.reading() as session:
        failed = session.get_one(FormingOrder, first.id)
        assert (failed.state, failed.problem) == (OrderState.FAILED, "CampaignFinished")
        assert session.get_one(FormingOrder, second.id).state is OrderState.DONE


def test_a_filter_by_text_finds_all_leads_of_the_run_however_many_are_called_so(
    given: Given,
) -> None:
    stage = Stage(given)
    run = stage.run()
    # Strangers of the same name, and before it in the alphabet.
    rows = [(f"Анна {number:04}", f"анна {number:04}", ClientKind.PERSON, "", NOON, 1)
            for number in range(1_100)]  # fmt: skip
    columns = ("name", "name_norm", "kind", "note", "created_at", "version")
    ids = insert_numbered(given.session, Client, columns, rows)
    copy_rows(given.session, ClientUnit, ("client_id", "unit_id"),
              [(one, stage.unit.id) for one in ids])  # fmt: skip
    stage.free.name, stage.free.name_norm = "Анна Яшина", "анна яшина"
    given.session.flush()
    for text in ("анна", "яшин", "fyyf", "0000001"):
        page = leads_page(given.session, run.id, campaign_id=None, actor=stage.boss, now=NOON,
                          text=text)  # fmt: skip
        assert [row.client_id for row in page.rows] == [stage.free.id]
    formed = stage.form(run, LeadScope(is_all=True, text="анна"))
    assert isinstance(formed, Formed) and numbers(formed) == (1, 0, 0, 0)


def test_a_filter_by_text_means_the_same_in_the_background(built: tuple[Database, Stage]) -> None:
    database, stage = built
    with database.unit_of_work() as session:
        stage.session = session
        run = stage.run()
        order = ask_forming(
            session, run.id, campaign_id=stage.campaign.id, unit_id=stage.unit.id, most=1,
            scope=LeadScope(is_all=True, text="Анна"), form_key=None, actor=stage.boss, now=NOON,
        )  # fmt: skip
    sweep(database)
    with database.reading() as session:
        formed = formed_by(session.get_one(FormingOrder, order.id))
        assert formed is not None and numbers(formed) == (1, 0, 0, 0)
