"""Every page in every language: no word of another language, the library's refusals included."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from wtforms import DateField, IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, NumberRange, Regexp

from campaigns.models import Campaign, Outcome, ResultCode, ResultCodeVersion
from directory.clients.models import ContactRefusal, ContactState, RefusalScope
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from directory.visits.models import LineKind, Recommendation, Visit, VisitLine
from directory.workshops.models import WorkKind
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser
from tests.web.test_matrix import ROUTES
from webui.forms import Form, choices
from webui.i18n import LOCALES
from webui.labels.inputs import INPUT_ERRORS
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Task, TaskKind

BrowserOf = Callable[..., Browser]

FOREIGN = {"en": "[а-яёіїєґ]", "uk": "[ыэъё]"}
"""Letters that a page in this language has only in data; the data of these tests are Latin."""


@pytest.fixture
def engine_name() -> str:
    """Words do not depend on the engine: one is enough."""
    return "sqlite"


@pytest.fixture
def ids(prepared: Given) -> dict[str, object]:
    """The rows that the addresses of the pages name, everything in Latin letters."""
    prepared.catalogue()
    for campaign in prepared.session.scalars(select(Campaign)):
        campaign.name, campaign.goal, campaign.script = campaign.code, "Invite", "Greet\nAsk"
    for kind in prepared.session.scalars(select(WorkKind)):
        kind.names = {"ru": kind.code}
    for version in prepared.session.scalars(select(ResultCodeVersion)):
        version.effects = [effect | {"text": "See to it"} for effect in version.effects]
    unit = prepared.unit("North", parent=prepared.unit("Motors", kind=UnitKind.COMPANY))
    workshop = prepared.unit("Shop", kind=UnitKind.WORKSHOP, parent=unit)
    client = prepared.client("Ann Lee", unit=unit)
    mate = prepared.employee("Max Gray", unit=unit)
    point = prepared.phone(client, "+79990000001", state=ContactState.CONFIRMED, label="work")
    prepared.phone(client, "+79990000002", state=ContactState.WRONG)
    asset = prepared.asset(client, plate="A123BC77", year=2019)
    _visited(prepared, workshop, client.id, asset.id)
    tasks = _tasks(prepared, unit, client, asset, mate)
    prepared.session.add(
        ContactRefusal(client_id=prepared.client("Bo Li", unit=unit, phone=None).id,
                       scope=RefusalScope.ALL, reason="asked", source="import:1",
                       recorded_at=NOON)
    )  # fmt: skip
    file = prepared.imported_file(unit, mate)
    file.name = "leads.xlsx"
    planned = tasks[TaskState.PLANNED]
    comment = prepared.comment(planned, mate, "The mechanic called")
    document = prepared.document(planned, mate, name="act.pdf")
    prepared.checklist_item(planned, mate).text = "Check"
    prepared.watcher(planned, mate)
    prepared.link(planned, tasks[TaskState.DEFERRED], mate)
    prepared.dispatch_filter(unit, mate).name = "Mine"
    prepared.absence(mate)
    workshop = prepared.workshop("Workshop", parent=unit)
    booked = prepared.booking(planned, workshop, mate)
    asked = prepared.involvement(planned, mate)
    there = prepared.session.get_one(Task, asked.to_task_id)
    prepared.session.get_one(Unit, there.unit_id).name, there.goal = "Warranty", "Look it up"
    selection = prepared.selection(unit, mate, "Due")
    lead_run = prepared.run(unit, client)
    lead_run.title = "Due"
    prepared.session.flush()
    return {
        "selection_id": selection.id,
        "selection_plan_id": prepared.selection_plan(selection, planned, mate).id,
        "lead_run_id": lead_run.id,
        "workshop_id": workshop.id,
        "request_id": booked.id,
        "work_kind_id": prepared.kind_id("repair"),
        "client_id": client.id,
        "double_id": prepared.client("Ann Leigh", unit=unit).id,
        "merge_id": prepared.merge(client).id,
        "asset_id": asset.id,
        "task_id": planned.id,
        "work_list_id": planned.work_list_id,
        "employee_id": mate.id,
        "unit_id": unit.id,
        "campaign_id": planned.campaign_id,
        "involvement_id": asked.id,
        "preset_id": prepared.preset(
            unit, mate, subject="Papers", text="Look it up", to_unit_id=workshop.id
        ).id,
        "file_id": file.id,
        "load_id": prepared.record_load(unit, mate, words=("Name", "Phone", "Peter Ray")).id,
        "point_id": point.id,
        "code_id": prepared.code_id("booked"),
        "notification_id": prepared.notification(tasks[TaskState.ON_CONTROL], mate).id,
        "variant": "maintenance-due",
        "name": "to-2026-11.xlsx",
        "comment_id": comment.id,
        "document_id": document.id,
        "section": "checklist",
        "run_id": prepared.dispatch_run(planned, mate).id,
        "calendar_id": prepared.calendar(unit).id,
        "role": "manager",
        "more_tasks": [task.id for task in tasks.values()],
    }


def _visited(prepared: Given, workshop: Unit, client_id: int, asset_id: int) -> None:
    for on, km in ((date(2024, 2, 1), 31_000), (date(2025, 2, 21), 48_200)):
        visit = Visit(number=f"N-{km}", asset_id=asset_id, client_id=client_id, opened_on=on,
                      done_on=on, workshop_id=workshop.id, mileage_km=km,
                      total=Decimal(12_400))  # fmt: skip
        prepared.session.add(visit)
        prepared.session.flush()
        prepared.session.add_all([
            VisitLine(visit_id=visit.id, kind=LineKind.WORK, name="Oil", total=Decimal(2_400)),
            VisitLine(visit_id=visit.id, kind=LineKind.PART, name="Filter", total=Decimal(900)),
            Recommendation(visit_id=visit.id, asset_id=asset_id, advised_on=on, work="Pads"),
        ])  # fmt: skip


def _tasks(prepared: Given, unit: Unit, client, asset, mate) -> dict[TaskState, Task]:  # type: ignore[no-untyped-def]
    """One task in each state with an attempt of each outcome, and one job."""
    tasks = {}
    outcomes = list(Outcome)
    for number, state in enumerate(TaskState):
        other = client if state is TaskState.PLANNED else prepared.client(f"Mr {number}", unit=unit)
        task = prepared.task(
            unit=unit, client=other, asset=asset if other is client else None, state=state,
            performer=None if state is TaskState.PLANNED else mate,
            due_at=NOON - timedelta(hours=2),
        )  # fmt: skip
        tasks[state] = task
        outcome = outcomes[number % len(outcomes)]
        version = prepared.session.scalars(
            select(ResultCodeVersion.id)
            .join(ResultCode, ResultCode.id == ResultCodeVersion.result_code_id)
            .where(ResultCode.outcome == outcome)
        ).first()
        prepared.session.add(
            Attempt(task_id=task.id, unit_id=unit.id, client_id=other.id, outcome=outcome,
                    campaign_id=task.campaign_id, employee_id=mate.id, comment="said yes",
                    result_version_id=version, at=NOON - timedelta(days=number))
        )  # fmt: skip
    job = prepared.campaign("department")
    asker = prepared.client("Job Lane", unit=unit)
    prepared.task(unit=unit, client=asker, kind=TaskKind.DEPARTMENT, campaign=job)
    return tasks


_PLATE = re.compile("[АВЕКМНОРСТУХ]\\d{3}[АВЕКМНОРСТУХ]{2}\\s?\\d{2,3}")
"""A Russian number plate is written with the letters that stand on it."""


def _words_of(page: str) -> str:
    """What a person reads: without what is typed into fields and the names of the languages."""
    page = re.sub(r"<!--.*?-->|<textarea.*?</textarea>", "", page, flags=re.S)
    for name in LOCALES.values():
        page = page.replace(name, "")
    page = re.sub(r"<(\w+)\s[^>]*\slang=\"\w+\"[^>]*>.*?</\1>", "", page, flags=re.S)
    page = _PLATE.sub("", page)
    return re.sub(r"(<input[^>]*)\svalue=\"[^\"]*\"", r"\1", page)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("role", [Role.HEAD, Role.ADMINISTRATOR, Role.MANAGER])
def test_a_page_speaks_one_language(
    language: str, role: Role, ids: dict[str, object], prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.session.get_one(Unit, ids["unit_id"])
    me = prepared.employee("Kim Park", role=role, unit=unit)
    me.locale = language
    caller = prepared.client("My Own", unit=unit)
    mine = prepared.task(unit=unit, client=caller, state=TaskState.IN_WORK, performer=me)
    browser = browser_of(me, role)
    rules = [route for route in ROUTES if route.method == "GET" and ".xlsx" not in route.rule]
    addresses = [route.address(ids) for route in rules]
    addresses += [f"/tasks/{task_id}" for task_id in [mine.id, *ids["more_tasks"]]]  # type: ignore[attr-defined]
    found = []
    for address in [*addresses, "/nowhere"]:
        answer = browser.get(address)
        if answer.status_code in {204, 302, 303}:
            continue
        assert answer.status_code < 500, address
        if "<html" in answer.text:
            assert f'<html lang="{language}"' in answer.text, address
        words = re.findall(
            rf".{{0,30}}{FOREIGN[language]}.{{0,30}}", _words_of(answer.text), re.IGNORECASE
        )
        found += [(address, word) for word in words]
    assert found == []


@pytest.mark.parametrize("language", LOCALES)
def test_the_sign_in_page_speaks_the_chosen_language(app: Flask, language: str) -> None:
    page = app.test_client().get(f"/sign-in?lang={language}").text
    assert f'<html lang="{language}"' in page
    if language in FOREIGN:
        assert re.findall(FOREIGN[language], _words_of(page), re.IGNORECASE) == []


class Everything(Form):
    """A form in which everything is wrong."""

    choice = RadioField(choices=choices([("a", "A")]))
    several = SelectMultipleField(choices=choices([("a", "A")]))
    whole = IntegerField()
    low = IntegerField(validators=[NumberRange(min=1, max=5)])
    on = DateField()
    absent = StringField(validators=[InputRequired()])
    shape = StringField(validators=[Regexp("x")])


@pytest.mark.parametrize("language", LOCALES)
def test_the_library_refuses_in_our_words(app: Flask, language: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    data = {"choice": "z", "several": ["z", "y"], "whole": "z", "low": "9", "on": "z",
            "shape": "z"}  # fmt: skip
    with app.test_request_context(f"/?lang={language}", method="POST", data=data):
        form = Everything()
        assert not form.validate()
        assert set(form.errors) == set(data) | {"absent"}
        errors = {str(error) for errors in form.errors.values() for error in errors}
    assert not errors & set(INPUT_ERRORS), "the library's own words"
    letters = {"ru": "[іїєґ]|[a-z]{5}", "en": "[а-яіїєґ]", "uk": "[ыэъё]|[a-z]{5}"}[language]
    wrong = [text for text in errors if re.search(letters, text)]
    assert wrong == []
