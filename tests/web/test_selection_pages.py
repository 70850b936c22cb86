"""The pages around a selection: its plans, runs and versions, when something they name is gone."""

import re
from datetime import time
from html import unescape
from typing import Any

from sqlalchemy import delete, select

from campaigns.models import CampaignState
from core.journal import record
from directory.staff.models import Role
from directory.units.models import UnitKind
from selections.models import (
    Cadence,
    FormingOrder,
    Lead,
    OrderState,
    SelectionPlan,
    SelectionShare,
    SelectionVersion,
)
from selections.rules import Condition, Definition, Found, Group, Join, Operator
from selections.wire import to_wire
from tests.conftest import NOON
from tests.given import Given
from tests.web.test_studio import Builder, checked
from worklists.events.selection_plans import SelectionPlanStopped
from worklists.plan_notices import tell_plan_stopped
from worklists.sweeping import SCHEDULER


def test_a_plan_whose_campaign_finished_gets_no_other_by_itself(
    prepared: Given, browser_of: Any
) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    finished = prepared.campaign(state=CampaignState.FINISHED)
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=unit.id, campaign_id=finished.id, answers={},
        cadence=Cadence.DAILY, at=time(8), per_day=77, created_by=author.id, created_at=NOON,
    )  # fmt: skip
    prepared.session.add(plan)
    prepared.session.flush()
    address = f"/selections/plans/{plan.id}"
    browser = browser_of(author, Role.HEAD)
    form = browser.read(address)
    campaigns = re.search(r'<select [^>]*name="campaign".*?</select>', form, re.DOTALL)
    assert campaigns is not None
    # A browser sends the first option of a list where none is selected.
    assert f"Была «{finished.name}»: она завершена" in form
    assert "selected" not in campaigns.group() and len(campaigns.group().split("<option")) > 2
    assert campaigns.group().split("<option")[1].startswith(' value=""')
    typed = {"unit": unit.id, "campaign": "", "cadence": "daily", "at": "08:00", "per_day": "78"}
    refused = browser.post(address, typed | {"version": "1"})
    assert refused.status_code == 422
    assert "Выберите кампанию: по ней создаются задачи." in refused.text
    assert 'value="78"' in refused.text
    # At its field, which has the focus; and so is what is wrong with another.
    assert re.search(r'id="campaign"[^>]*campaign-e"[^>]*aria-invalid="true"', refused.text)
    asked = typed | {"campaign": prepared.campaign("other").id, "version": "1"}
    prepared.session.commit()
    for name, value in (("per_day", "много"), ("at", "поздно")):
        wrong = browser.post(address, asked | {name: value})
        assert wrong.status_code == 422 and wrong.text.count('aria-invalid="true"') == 1
        assert re.search(rf'id="{name}"[^>]*{name}-e"[^>]*aria-invalid="true"', wrong.text)
    held = browser.post(address, asked | {"hold_out": "99"})
    assert re.search(r'id="hold"[^>]*aria-invalid="true"', held.text)
    assert "По часам подразделения; «Сервис»: Москва" in form
    prepared.session.expire_all()
    assert (plan.campaign_id, plan.per_day) == (finished.id, 77)


def test_a_run_says_at_the_field_which_unit_or_campaign_is_gone(
    prepared: Given, browser_of: Any
) -> None:
    unit = prepared.unit("Сервис")
    strange = prepared.unit("Чужой")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    finished = prepared.campaign(state=CampaignState.FINISHED)
    browser = browser_of(author, Role.HEAD)
    address = f"/selections/{selection.id}/run"
    for unit_id, campaign_id, field in (
        (strange.id, "", "unit"), ("", "", "unit"), (unit.id, finished.id, "campaign"),
        (unit.id, 999_999, "campaign"),
    ):  # fmt: skip
        wrong = browser.get(f"{address}?unit={unit_id}&campaign={campaign_id}")
        assert wrong.status_code == 422 and wrong.text.count('aria-invalid="true"') == 1
        assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-e"', wrong.text)
        assert "Чужой" not in wrong.text and 'class="notice' not in wrong.text
    over = prepared.campaign("soon over")
    prepared.session.commit()
    data = checked(browser, f"/selections/{selection.id}", {"unit": unit.id, "campaign": over.id})
    over.state = CampaignState.FINISHED
    prepared.session.commit()
    refused = browser.post(address, data | {"form_key": "r"})
    assert refused.status_code == 422 and 'aria-describedby="campaign-e"' in refused.text
    # Chosen anew, the same form counts.
    answered = browser.post(address, data | {"form_key": "r", "campaign": ""})
    assert answered.status_code == 303


def test_a_rule_keeps_a_selection_that_went_to_the_archive(
    prepared: Given, browser_of: Any
) -> None:
    company = prepared.unit("Компания")
    unit = prepared.unit("Сервис", parent=company)
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    inner = prepared.selection(unit, author, "Старые Лады")
    of_others = prepared.selection(prepared.unit("Чужой", parent=company), author, "Тайная")
    inner.archived_at = NOON
    rule = Group(Join.ALL, (Found(inner.id), Found(of_others.id)))
    outer = prepared.selection(unit, author, "Сборная", rule)
    browser = browser_of(author, Role.HEAD)
    builder = Builder(browser, f"/selections/studio/{outer.id}")
    named = f'<option value="{inner.id}" selected>Старые Лады (в архиве)</option>'
    assert named in builder.page
    assert builder.words.startswith("Входит в выборку «Старые Лады»")
    # What the person may not see is not named, and is not lost either.
    assert "Тайная" not in builder.page
    assert f'<option value="{of_others.id}" selected>' in builder.page
    builder.press("copy:r-0")
    assert builder.page.count(named) == 2
    builder.press("del:r-2")
    assert builder.save(name="Сборная снова").status_code == 303
    assert "ходит в выборку «Старые Лады»" in browser.read(f"/selections/{outer.id}")


def test_the_run_of_a_unit_stays_when_its_selection_is_no_longer_shared(
    prepared: Given, browser_of: Any
) -> None:
    company = prepared.unit("Компания")
    other, unit = prepared.unit("Чужой", parent=company), prepared.unit("Сервис", parent=company)
    author = prepared.employee("Автор", role=Role.HEAD, unit=other)
    person = prepared.employee("Илья", role=Role.HEAD, unit=unit)
    selection = prepared.selection(other, author, "С телефоном")
    client, campaign = prepared.client("Иванов Иван", unit=unit), prepared.campaign()
    prepared.asset(client)
    prepared.session.add(SelectionShare(selection_id=selection.id, unit_id=unit.id))
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=unit.id, campaign_id=campaign.id, answers={},
        cadence=Cadence.DAILY, at=time(8), created_by=person.id, created_at=NOON,
    )  # fmt: skip
    prepared.session.add(plan)
    browser = browser_of(person, Role.HEAD)
    address = f"/selections/{selection.id}"
    data = checked(browser, address, {"unit": unit.id, "hold_out": "0"}) | {"form_key": "k1"}
    run = browser.post(f"{address}/run", data).location
    assert f'href="{address}"' in browser.read(run)
    with_plan = f"/selections/plans/{plan.id}/switch"
    assert browser.post(with_plan, {"on": "0"}).location == f"{address}#plan-{plan.id}"
    prepared.session.execute(delete(SelectionShare))
    prepared.session.commit()
    assert browser.get(address).status_code == 404
    page = browser.read(run)
    assert "Иванов Иван" in page and f'href="{address}"' not in page
    assert browser.post(with_plan, {"on": "0"}).location == "/selections"


def test_what_nobody_watched_says_why_it_did_not_happen(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    campaign = prepared.campaign()
    run = prepared.run(unit, prepared.client("Иванов Иван", unit=unit))
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=unit.id, campaign_id=campaign.id, answers={},
        cadence=Cadence.DAILY, at=time(8), created_by=author.id, created_at=NOON, is_on=False,
    )  # fmt: skip
    order = FormingOrder(
        run_id=run.id, campaign_id=campaign.id, unit_id=unit.id, scope={}, asked_by="system",
        asked_at=NOON, finished_at=NOON, state=OrderState.FAILED, problem="NotYetNamed",
    )  # fmt: skip
    prepared.session.add_all([plan, order])
    prepared.session.flush()
    stopped = SelectionPlanStopped(selection_plan_id=plan.id, problem="AnswerMissing")
    record(prepared.session, stopped, actor=SCHEDULER, at=NOON)
    browser = browser_of(author, Role.HEAD)
    assert "Выключено. На вопрос выборки нет ответа." in browser.read(f"/selections/{selection.id}")
    page = browser.read(f"/selections/runs/{run.id}")
    assert "). Запустите выборку вручную: там видна причина." in page
    order.problem = "CampaignFinished"
    prepared.session.commit()
    page = browser.get(f"/selections/runs/{run.id}/orders").text
    assert "). Кампания завершена, задачи не создаются." in page


def test_the_bell_tells_that_a_plan_stopped_and_leads_to_it(
    prepared: Given, browser_of: Any
) -> None:
    company = prepared.unit("Компания")
    unit, other = prepared.unit("Сервис", parent=company), prepared.unit("Чужой", parent=company)
    author = prepared.employee("Автор", role=Role.HEAD, unit=company)
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    campaign = prepared.campaign()
    for owner, name in ((company, "С телефоном"), (other, "Не моя")):
        selection = prepared.selection(owner, author, name)
        plan = SelectionPlan(
            selection_id=selection.id, unit_id=unit.id, campaign_id=campaign.id, answers={},
            cadence=Cadence.DAILY, at=time(8), created_by=author.id, created_at=NOON, is_on=False,
        )  # fmt: skip
        prepared.session.add(plan)
        prepared.session.flush()
        assert tell_plan_stopped(prepared.session, plan, "CampaignFinished", now=NOON) == 2
        if name == "С телефоном":
            address = f"/selections/{selection.id}#plan-{plan.id}"
    browser = browser_of(head, Role.HEAD)
    page = browser.read("/notifications")
    assert "Уведомления: 2 новых" in page and f'href="{address}"' in page
    assert "Расписание выборки остановлено: С телефоном" in page
    assert "Кампания завершена, задачи не создаются." in page and "Сервис" in page
    # Of the other unit's selection nothing can be opened: the list is.
    assert "Не моя" in page and 'href="/selections"' in page
    newest = page.split('name="plans_up_to" value="')[1].split('"')[0]
    assert browser.post("/notifications/seen", {"plans_up_to": newest}).status_code == 303
    assert "новых" not in browser.read("/notifications")


def test_an_older_version_is_taken_as_a_copy(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    broken = SelectionVersion(
        selection_id=selection.id, number=2, name=selection.name, definition={"version": "?"},
        saved_by=author.id, saved_at=NOON,
    )  # fmt: skip
    prepared.session.add(broken)
    selection.version_no = 2
    address = f"/selections/{selection.id}"
    browser = browser_of(author, Role.HEAD)
    page = browser.read(address)
    assert "возьмите копию более ранней версии" in page
    assert "Копировать версию 1" in page and "Копировать версию 2" not in page
    assert browser.post(f"{address}/copy", {"version": "7"}).status_code == 404
    newest = browser.post(f"{address}/copy", {})
    assert newest.status_code == 409 and "Возьмите копию более ранней версии." in newest.text
    copied = browser.post(f"{address}/copy", {"version": "1"})
    assert copied.status_code == 303
    builder = Builder(browser, copied.location)
    assert builder.words == "Есть телефон." and "С телефоном, версия 1" in builder.page


def test_a_plan_tells_what_stopped_it_until_that_has_passed(
    prepared: Given, browser_of: Any
) -> None:
    company = prepared.unit("Компания")
    unit = prepared.unit("Сервис", parent=company)
    author = prepared.employee("Автор", role=Role.HEAD, unit=company)
    selection = prepared.selection(company, author, "С телефоном")
    campaign = prepared.campaign()
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=company.id, campaign_id=campaign.id, answers={},
        cadence=Cadence.WEEKLY, weekday=6, at=time(18, 36), per_day=10, hold_out_share=1_000,
        created_by=author.id, created_at=NOON, next_at=NOON,
    )  # fmt: skip
    prepared.session.add(plan)
    prepared.session.commit()
    head = browser_of(author, Role.HEAD)
    address, switch = f"/selections/{selection.id}", f"/selections/plans/{plan.id}/switch"
    words = "По воскресеньям в 18:36, до 10 в день, контрольная группа 10 %"
    assert words in head.read(address)
    dialogue = head.read(f"/admin/campaigns/{campaign.id}")
    assert "Выключится 1 расписание выборок." in dialogue
    # Whoever works below reads what will bring them tasks, and changes nothing.
    below = browser_of(prepared.employee("Лебедев", role=Role.SUPERVISOR, unit=unit),
                       Role.SUPERVISOR)  # fmt: skip
    page = below.read(address)
    assert words in page and campaign.name in page and switch not in page
    campaign.state = CampaignState.FINISHED
    prepared.session.commit()
    assert "Выключено. Кампания завершена, задачи не создаются." in head.read(address)
    plan.is_on, plan.next_at = False, None
    stopped = SelectionPlanStopped(selection_plan_id=plan.id, problem="CampaignFinished")
    record(prepared.session, stopped, actor=SCHEDULER, at=NOON)
    prepared.session.commit()
    page = head.read(address)
    assert "Кампания завершена, задачи не создаются." in page and switch not in page
    refused = head.post(switch, {"on": "1"})
    assert "Кампания завершена" in head.read(refused.location)
    campaign.state = CampaignState.ACTIVE
    prepared.session.commit()
    page = head.read(address)
    assert "Можно включить снова" in page and "Кампания завершена" not in page
    assert head.post(switch, {"on": "1"}).status_code == 303
    assert "выключено" not in head.read(address)


def test_the_run_of_a_plan_opens_with_its_campaign_and_unit(
    prepared: Given, browser_of: Any
) -> None:
    company = prepared.unit("Компания")
    unit, callers = prepared.unit("Сервис", parent=company), prepared.unit("Обзвон", parent=company)
    author = prepared.employee("Автор", role=Role.HEAD, unit=company)
    selection = prepared.selection(company, author, "С телефоном")
    campaign = prepared.campaign()
    client = prepared.client("Иванов Иван", unit=unit)
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=company.id, campaign_id=campaign.id, answers={},
        cadence=Cadence.DAILY, at=time(8), per_day=10, created_by=author.id, created_at=NOON,
        list_unit_id=callers.id,
    )  # fmt: skip
    prepared.session.add(plan)
    run = prepared.run(company, client)
    run.selection_id, run.leads_found = selection.id, 48
    run.version_id = prepared.session.scalars(select(SelectionVersion.id)).one()
    prepared.session.flush()
    run.plan_id = plan.id
    prepared.session.commit()
    browser = browser_of(author, Role.HEAD)
    address = f"/selections/runs/{run.id}"
    page = browser.read(address)
    assert "в тот день расписание уже создавало их, до 10 в день." in page
    assert f'<option value="{campaign.id}" selected>' in page
    assert f'<option value="{callers.id}" selected>' in page
    # What a person chooses stays.
    asked = f"{address}?campaign={campaign.id}&to_unit={unit.id}&usual_unit={callers.id}"
    assert f'<option value="{unit.id}" selected>' in browser.read(asked)
    order = FormingOrder(
        run_id=run.id, campaign_id=campaign.id, unit_id=callers.id, scope={}, asked_by="scheduler",
        asked_at=NOON, finished_at=NOON, state=OrderState.DONE, problem="",
        told={"work_lists_new": 1, "work_lists_appended": 0, "tasks_new": 1, "already_in_work": 0,
              "blocked": 0, "later": 37},
    )  # fmt: skip
    lead = prepared.session.scalars(select(Lead).where(Lead.run_id == run.id)).one()
    for _twice in range(2):  # The second follows from the first.
        prepared.task(unit=callers, client=client, campaign=campaign, lead_id=lead.id)
        client = prepared.client("Другой", unit=unit)
    prepared.session.add(order)
    prepared.session.commit()
    page = browser.read(address)
    assert "На следующие дни осталось: 37." in page and "в тот день" not in page
    page = browser.read(f"/selections/{selection.id}")
    assert "Ещё 37: до 10 в день, " in page

    row = page.partition('id="runs-t"')[2].partition(f'href="{address}"')[2].partition("</tr>")[0]
    assert re.findall(r'num">(\d+)</td>', row) == ["1", "48", "1"]


def test_saving_says_that_the_plan_takes_the_new_version(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    campaign = prepared.campaign()
    plan = SelectionPlan(
        selection_id=selection.id, unit_id=unit.id, campaign_id=campaign.id, answers={},
        cadence=Cadence.DAILY, at=time(8), created_by=author.id, created_at=NOON, is_on=False,
    )  # fmt: skip
    prepared.session.add(plan)
    browser = browser_of(author, Role.HEAD)
    address = f"/selections/studio/{selection.id}"
    told = "По расписанию пойдёт новая версия."
    for is_on in (False, True):
        plan.is_on = is_on
        prepared.session.commit()
        saved = Builder(browser, address).save(name=f"С телефоном {is_on}")
        assert saved.status_code == 303
        assert (told in browser.read(saved.location)) is is_on


def test_an_older_version_comes_back_as_the_newest(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    selection.note = "Пояснение"
    browser = browser_of(author, Role.HEAD)
    address = f"/selections/{selection.id}"
    builder = Builder(browser, f"/selections/studio/{selection.id}")
    assert "Вернуть версию" not in browser.read(address)
    builder.press("add:r:field:client.has_email").save()
    page = browser.read(address)
    assert "Вернуть версию 1" in page and "Вернуть версию 2" not in page

    def returned(number: int, opened: int, key: str) -> str:
        data = {"version": str(number), "opened": str(opened), "form_key": key}
        answer = browser.post(f"{address}/return", data)
        assert answer.status_code == 303
        return unescape(browser.read(answer.location))

    # Who has not seen the newest one overwrites nothing.
    assert "Пока вы смотрели, сохранена версия 2." in returned(1, 1, "a")
    page = returned(1, 2, "b")
    assert "Версия 1 вернулась: теперь это версия 3." in page and "Пояснение" in page
    assert Builder(browser, f"/selections/studio/{selection.id}").words == "Есть телефон."
    assert "Версия 1 говорит то же, что и последняя." in returned(1, 3, "c")
    missing = browser.post(f"{address}/return", {"version": "9", "opened": "3"})
    assert missing.status_code == 404
    wire = to_wire(Definition(rule=Group(Join.ALL, (Condition("client.gone", Operator.KNOWN),))))
    prepared.session.add(
        SelectionVersion(
            selection_id=selection.id, number=4, name=selection.name, definition=wire,
            saved_by=author.id, saved_at=NOON,
        )
    )  # fmt: skip
    prepared.session.refresh(selection)
    selection.version_no = 4
    prepared.session.commit()
    assert "Версия 3 вернулась: теперь это версия 5." in returned(3, 4, "d")
    assert "Кто ещё запускает" in browser.read(address)
    assert "Версию 4 вернуть нельзя: в её правиле есть ошибки." in returned(4, 5, "e")
    # In the archive nothing is changed, and nothing is offered that would change it.
    browser.post(f"{address}/archive", {"form_key": "f"})
    page = browser.read(address)
    assert "Вернуть версию" not in page and "Кто ещё запускает" not in page
    assert "Выборка в архиве." in returned(3, 5, "g")


def test_own_workshops_come_before_those_of_others(prepared: Given, browser_of: Any) -> None:
    company = prepared.unit("Компания")
    ours, theirs = prepared.unit("Юг", parent=company), prepared.unit("Восток", parent=company)
    first = prepared.unit("Аврора, слесарный", kind=UnitKind.WORKSHOP, parent=theirs)
    own = prepared.unit("Юпитер, слесарный", kind=UnitKind.WORKSHOP, parent=ours)
    prepared.campaign()
    head = browser_of(prepared.employee(role=Role.HEAD, unit=ours), Role.HEAD)
    boss = browser_of(prepared.employee(role=Role.HEAD, unit=company), Role.HEAD)
    heading = "Других подразделений"

    def order(page: str, values: str) -> list[str]:
        found = re.findall(rf"{values}|{heading}", page)
        return ["own" if str(own.id) in one else "their" if str(first.id) in one else "heading"
                for one in dict.fromkeys(found)]  # fmt: skip

    ticks = rf'name="v.r-0-0-0" value="(?:{own.id}|{first.id})"'
    options = rf'<option value="(?:{own.id}|{first.id})"'
    for browser, expected in ((head, ["own", "heading", "their"]), (boss, ["their", "own"])):
        builder = Builder(browser).press("add:r:having:vehicle.visits")
        builder.press("add:r-0-0:field:visit.workshop")
        assert order(builder.page, ticks) == expected
        kind = Builder(browser, "/selections/studio/new?kind=lost_by_workshop")
        saved = kind.save(name=f"Потерянные {len(expected)}")
        page = browser.read(f"/selections/{saved.location.rsplit('/', 1)[1]}/run")
        assert order(page, options) == expected
