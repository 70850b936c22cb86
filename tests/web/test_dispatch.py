"""The dispatch board as a supervisor without scripts uses it (C3)."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from campaigns.models import MissedCallback
from core.db import Database
from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.expiry import expire_tasks
from worklists.lifecycle import TaskState
from worklists.missed import miss_callbacks
from worklists.models.dispatch import DispatchRun, RunState
from worklists.models.task import Task, TaskKind

BrowserOf = Callable[..., Browser]


def _floor(prepared: Given, number: int = 6) -> tuple[Unit, Employee, list[Employee]]:
    unit = prepared.unit()
    head = prepared.employee("Ольга", role=Role.SUPERVISOR, unit=unit)
    people = [prepared.employee(n, role=Role.OPERATOR, unit=unit) for n in ("Анна", "Борис")]
    for n in range(number):
        prepared.task(unit=unit, client=prepared.client(f"Клиент {n}", unit=unit))
    return unit, head, people


def test_filter_all_found_dry_run_confirm_report_undo(
    prepared: Given, browser_of: BrowserOf, database: Database
) -> None:
    _unit, head, people = _floor(prepared)
    prepared.task(unit=_unit, client=prepared.client("Лишний", unit=_unit), priority=9)
    priority = prepared.campaign().priority
    browser = browser_of(head, Role.SUPERVISOR)

    browser.post("/dispatch/filter", {"priority": str(priority)})
    page = browser.read("/dispatch")
    assert "Все 6 найденные" in page and "Лишний" not in page
    assert "Лишний" not in browser.read("/dispatch?tab=unassigned"), "the filter stays"

    form = {
        "tab": "unassigned",
        "all": "1",
        "action": "distribute",
        "method": "evenly",
        "form_key": "k1",
    }
    answer = browser.post("/dispatch/runs", form)
    assert answer.status_code == 303
    dry = browser.read(answer.location)
    assert "Подтвердить" in dry and 'id="changed">6' in dry and "Анна" in dry
    assert browser.post("/dispatch/runs", form).location == answer.location, "one form, one run"

    done = browser.post(f"{answer.location}/confirm", {"form_key": "k2"})
    report = browser.read(done.location)
    assert "Вернуть как было" in report and "Подтвердить" not in report
    assert "Получил<" in report and "Отдал<" in report and "Стало<" in report
    assert not {"Получает<", "Получит<", "Отдаёт<", "Станет<"} & set(re.findall(r"\w+<", report))
    with database.reading() as reading:
        performers = reading.scalars(select(Task.performer_id).where(Task.priority != 9)).all()
        assert sorted(map(performers.count, [one.id for one in people])) == [3, 3]
    rows = read_workbook(browser.get(f"{answer.location}.xlsx"))
    assert len(rows) == 7 and {row[9] for row in rows[1:]} == {"Изменена"}
    assert "Распределить: поровну" in browser.read("/dispatch/runs")

    browser.post(f"{answer.location}/undo", {"form_key": "k3"})
    assert '<dt>Было изменено</dt><dd id="changed">6' in browser.read(answer.location)
    with database.reading() as reading:
        assert set(reading.scalars(select(Task.performer_id))) == {None}
        assert reading.scalars(select(DispatchRun.state)).one() is RunState.UNDONE


def test_a_run_taken_back_in_part_says_so(prepared: Given, browser_of: BrowserOf) -> None:
    _unit, head, _people = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    form = {"tab": "unassigned", "all": "1", "action": "priority", "new_priority": "2"}
    first = browser.post("/dispatch/runs", form | {"form_key": "a"}).location
    browser.post(f"{first}/confirm", {"form_key": "b"})
    form |= {"new_priority": "1", "at_most": "2"}
    second = browser.post("/dispatch/runs", form | {"form_key": "c"}).location
    browser.post(f"{second}/confirm", {"form_key": "d"})

    browser.post(f"{first}/undo", {"form_key": "e"})
    report = browser.read(first)
    assert "Отменено частично, 4 из 6" in browser.read("/dispatch/runs")
    assert "Отменено частично, 4 из 6" in report
    assert report.count("не возвращена: с ней уже работали") == 2
    assert report.rindex("не возвращена") < report.index(">возвращена"), "what stayed comes first"
    outcomes = [row[9] for row in read_workbook(browser.get(f"{first}.xlsx"))]
    assert outcomes.count("Не возвращена: с ней уже работали") == 2


def test_what_is_wrong_is_told_and_what_was_typed_stays(
    prepared: Given, browser_of: BrowserOf
) -> None:
    _unit, head, _people = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    answer = browser.post("/dispatch/runs", {"action": "cancel", "all": "1", "form_key": "k"})
    assert answer.status_code == 422 and "почему задачи отменяются" in answer.text
    assert '<option value="cancel" selected>' in answer.text
    for form, words in (
        ({"action": "distribute"}, "Отметьте задачи"),
        ({"action": "to_person", "all": "1"}, "кому передать"),
        ({"action": "to_unit", "all": "1"}, "действующий отдел"),
        ({"action": "due", "all": "1"}, "новый срок"),
    ):
        assert words in browser.post("/dispatch/runs", form | {"form_key": words}).text


def test_a_new_due_date_is_possible_and_said(prepared: Given, browser_of: BrowserOf) -> None:
    _unit, head, _people = _floor(prepared, 2)
    browser = browser_of(head, Role.SUPERVISOR)
    form = {"action": "due", "all": "1", "due_time": "10:00", "form_key": "due"}

    def sent(days: int, **more: str) -> TestResponse:
        on = (NOON + timedelta(days=days)).date().isoformat()
        return browser.post("/dispatch/runs", form | {"due_date": on} | more)

    past = sent(-2000)
    assert past.status_code == 422 and "уже прошёл" in past.text
    far = sent(2000, far_confirmed="1")
    assert far.status_code == 422 and "дальше двух лет" in far.text
    asked = sent(400)
    assert asked.status_code == 422 and 'name="far_confirmed"' in asked.text
    assert sent(400, far_confirmed="1").status_code == 303
    run = sent(2, form_key="due soon")
    soon = (NOON + timedelta(days=2)).day
    page = browser.read(run.location)
    assert re.search(rf"Изменить срок: \w+ {soon}\b", page) and "Было<" in page
    lettered = browser.post(
        "/dispatch/runs", {"action": "priority", "new_priority": "2", "all": "1",
                           "at_most": "пять", "form_key": "five"},
    )  # fmt: skip
    assert lettered.status_code == 422 and "введите число" in lettered.text


def test_a_skill_too_long_is_refused_in_its_place(prepared: Given, browser_of: BrowserOf) -> None:
    _unit, head, people = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    name = f"skills-{people[0].id}"
    answer = browser.post("/dispatch/people", {name: "кузов, " + "я" * 41, "form_key": "k"})
    assert answer.status_code == 422 and "не длиннее 40 знаков" in answer.text
    assert "я" * 41 in answer.text


def test_a_saved_filter_is_shared(prepared: Given, browser_of: BrowserOf) -> None:
    unit, head, _people = _floor(prepared)
    other = prepared.employee("Сменщица", role=Role.HEAD, unit=unit)
    mine, hers = browser_of(head, Role.SUPERVISOR), browser_of(other, Role.HEAD)
    mine.post("/dispatch/filter", {"text": "Клиент 3"})
    mine.post("/dispatch/filters", {"name": "Тройка", "unit": str(unit.id)})
    page = hers.read("/dispatch")
    found = re.search(r"/dispatch/filters/(\d+)/use", page)
    assert found is not None and "Тройка" in page and "Удалить" not in page
    hers.post(f"/dispatch/filters/{found.group(1)}/use")
    assert "Все 1 найденные" in hers.read("/dispatch")
    assert hers.post(f"/dispatch/filters/{found.group(1)}/forget").status_code == 404
    assert "Назовите отбор" in mine.post("/dispatch/filters", follow_redirects=True).text


def test_the_export_holds_what_the_tab_shows(prepared: Given, browser_of: BrowserOf) -> None:
    _unit, head, _people = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    browser.post("/dispatch/filter", {"text": "Клиент 2"})
    rows = read_workbook(browser.get("/dispatch.xlsx?tab=unassigned"))
    assert [row[1] for row in rows] == ["Клиент", "Клиент 2"]
    for tab in ("planned", "deferred", "overdue", "at_risk", "in_work", "closed", "packages", "x"):
        browser.read(f"/dispatch?tab={tab}")
    browser.read("/dispatch?sort=-at&after=x_y")


def test_limits_and_skills_are_set_on_a_page(prepared: Given, browser_of: BrowserOf) -> None:
    unit, head, people = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    anna = people[0].id
    form = {f"limit-{anna}": "2", f"skills-{anna}": "VIP, English", f"unit-{unit.id}": "1"}
    page = browser.post("/dispatch/people", form, follow_redirects=True).text
    assert "english, vip" in page and "сохранены" in page
    answer = browser.post(
        "/dispatch/runs", {"all": "1", "action": "distribute", "tab": "unassigned"}
    )
    dry = browser.read(answer.location)
    assert 'id="changed">3' in dry and "Не хватило места" in dry


def test_a_wrong_limit_is_marked_and_nothing_typed_is_lost(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit, head, (anna, boris) = _floor(prepared)
    browser = browser_of(head, Role.SUPERVISOR)
    form = {
        f"limit-{anna.id}": "abc",
        f"skills-{anna.id}": "vip",
        f"limit-{boris.id}": "7",
        f"unit-{unit.id}": "99999999999",
        "form_key": "k1",
    }
    wrong = browser.post("/dispatch/people", form)
    assert wrong.status_code == 422
    for name in (f"limit-{anna.id}", f"unit-{unit.id}"):
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', wrong.text)
        assert field and 'aria-invalid="true"' in field.group() and form[name] in field.group()
    assert wrong.text.count('aria-invalid="true"') == 2 == wrong.text.count("Предел: число")
    assert 'value="vip"' in wrong.text and 'value="7"' in wrong.text
    assert 'value="vip"' not in browser.read("/dispatch/people"), "nothing is half saved"
    right = form | {f"limit-{anna.id}": "3", f"unit-{unit.id}": ""}
    assert browser.post("/dispatch/people", right).status_code == 303, "the same key still saves"
    assert 'value="3"' in browser.read("/dispatch/people")


def test_an_operator_asks_for_more_and_returns_the_rest(
    prepared: Given, browser_of: BrowserOf
) -> None:
    _unit, _head, people = _floor(prepared, 3)
    browser = browser_of(people[0], Role.OPERATOR)
    assert "Вам добавлено задач: 3" in browser.post("/my/batch", follow_redirects=True).text
    assert "Возвращено задач: 3" in browser.post("/my/return", follow_redirects=True).text
    assert "Возвращать нечего" in browser.post("/my/return", follow_redirects=True).text


def test_a_task_is_passed_over_with_a_reason(prepared: Given, browser_of: BrowserOf) -> None:
    unit, _head, people = _floor(prepared, 0)
    first = prepared.task(unit=unit, client=prepared.client("Первый", unit=unit), due_at=NOON)
    second = prepared.task(unit=unit, client=prepared.client("Второй", unit=unit), due_at=NOON)
    ids = (first.id, second.id)
    browser = browser_of(people[0], Role.OPERATOR)
    card = browser.read(f"/tasks/{ids[0]}")
    reason = re.search(r'name="reason" value="(\d+)"', card)
    assert reason is not None and "Пропустить" in card
    assert browser.post(f"/tasks/{ids[0]}/skip").status_code == 422
    answer = browser.post(f"/tasks/{ids[0]}/skip", {"reason": reason.group(1)})
    assert answer.location == f"/tasks/{ids[1]}"
    page = browser.read(answer.location)
    assert page.count("Первый") == 1, "only the message names who was passed over"
    queue, card = (
        page.split(f'id="{part}"')[1].split("</section>")[0] for part in ("queue", "card")
    )
    assert "Второй" in card and "Первый" not in queue + card
    assert "Пропущена" in browser.read(f"/tasks/{ids[0]}/talk?tab=timeline")


def test_ticks_last_over_pages_and_belong_to_who_sees_the_tasks(
    prepared: Given, browser_of: BrowserOf, database: Database
) -> None:
    unit, head, _people = _floor(prepared, 60)
    foreign = prepared.task(unit=prepared.unit("Чужой отдел"))
    browser = browser_of(head, Role.SUPERVISOR)
    first = browser.read("/dispatch")
    shown = re.findall(r'name="task" value="(\d+)"', first)
    assert len(shown) == 50
    turned = re.search(r'formaction="(/dispatch/ticks\?[^"]*after=[^"]*)"', first)
    assert turned
    form = {"tab": "unassigned", "shown": ",".join(shown), "task": [*shown[:2], str(foreign.id)]}
    answer = browser.post(turned[1].replace("&amp;", "&"), form)
    assert answer.status_code == 303 and "after=" in answer.location
    second = browser.read(answer.location)
    assert 'data-count-elsewhere="2">2<' in second, "a foreign task is not ticked"
    others = re.findall(r'name="task" value="(\d+)"', second)
    assert len(others) == 10 and not set(others) & set(shown)

    plan = {"tab": "unassigned", "shown": ",".join(others), "task": others[:1]}
    plan |= {"action": "priority", "new_priority": "2", "form_key": "over pages"}
    run = browser.post("/dispatch/runs", plan)
    assert 'id="changed">3' in browser.read(run.location)
    assert 'data-count-elsewhere="0">3<' not in browser.read("/dispatch")
    assert ">3</b>" in browser.read("/dispatch"), "the dry run can be left: nothing is forgotten"
    browser.post(f"{run.location}/confirm", {"form_key": "over pages, confirmed"})
    with database.reading() as reading:
        changed = set(reading.scalars(select(Task.id).where(Task.priority == 2)))
        assert changed == {*map(int, shown[:2]), int(others[0])}
    assert ">0</b>" in browser.read("/dispatch")

    browser.post("/dispatch/ticks", form | {"quiet": "1"})
    assert ">0</b>" in browser.read("/dispatch?tab=planned"), "another tab, other tasks"
    browser.post("/dispatch/ticks", {"clear": "1"})
    assert ">0</b>" in browser.read("/dispatch")
    browser.post("/dispatch/ticks", form | {"quiet": "1"})
    turned = re.search(r'formaction="(/dispatch/ticks\?[^"]*sort=-at[^"]*)"', first)
    assert turned
    sorted_now = browser.post(turned[1].replace("&amp;", "&"), form)
    assert ">2</b>" in browser.read(sorted_now.location), "sorting keeps them"
    browser.post("/dispatch/filter", {"text": "Клиент"})
    other = browser.read("/dispatch")
    assert ">0</b>" in other, "another filter, other tasks"
    assert "Отметки сняты: отбор изменён." in other
    browser.post("/dispatch/filter", {"text": "Клиент 1"})
    assert "Отметки сняты" not in browser.read("/dispatch"), "nothing was ticked"
    assert unit.id


def test_missed_callbacks_and_expired_tasks_are_seen_where_work_is_seen(
    prepared: Given, browser_of: BrowserOf, database: Database
) -> None:
    unit = prepared.unit("Сервис")
    head = prepared.employee("Вера", role=Role.SUPERVISOR, unit=unit)
    campaign = prepared.campaign()
    campaign.missed_callback = MissedCallback.POOL
    late = NOON - timedelta(hours=2)
    promised = prepared.task(unit=unit, kind=TaskKind.CALLBACK, performer=head)
    second = prepared.task(unit=unit, kind=TaskKind.CALLBACK)
    promised.due_at = second.due_at = late
    old = prepared.task(unit=unit)
    old.expires_at = NOON - timedelta(minutes=1)
    prepared.session.commit()
    miss_callbacks(database, lambda _session: NOON, default_zone="Europe/Moscow")
    expire_tasks(database, lambda _session: NOON)
    browser = browser_of(head, Role.SUPERVISOR)
    board = browser.read("/dispatch?tab=at_risk")
    assert board.count("пропущен 1 раз") == 2
    assert "Срок истёк" in browser.read("/dispatch?tab=closed")
    rows = read_workbook(browser.get("/dispatch.xlsx?tab=closed"))
    assert "Срок истёк" in [row[10] for row in rows]
    bell = browser.read("/notifications")
    assert "Не перезвонили вовремя" in bell and "и ещё 1" in bell
    assert "пропущен 1 раз" in browser.read(f"/tasks/{promised.id}")
    talk = browser.get(f"/tasks/{promised.id}/talk?tab=timeline").text
    assert "Не перезвонили вовремя" in talk and "отдать всем" in talk and "обещали" in talk
    queue = browser.read("/queue")
    assert "Истёк срок сегодня" in queue
    assert browser.get("/queue/tasks?part=expired").status_code == 200
    assert "Пропущено перезвонов" in browser.read("/team")


def test_who_records_an_absence_is_led_to_all_that_the_person_has(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    away = prepared.employee("Кузнецова", unit=unit)
    boss = prepared.employee("Лебедев", role=Role.SUPERVISOR, unit=unit)
    for name, values in {"Плановый": {}, "Отложенный": {"state": TaskState.DEFERRED}}.items():
        client = prepared.client(name, unit=unit)
        prepared.task(unit=unit, client=client, performer=away, **values)
    prepared.task(unit=unit, client=prepared.client("Ничей", unit=unit))
    browser = browser_of(boss, Role.SUPERVISOR)
    day = NOON.date().isoformat()
    form = {"employee_id": away.id, "from_on": day, "until_on": day, "substitute_id": ""}
    assert browser.post("/admin/absences", form).status_code == 303
    page = browser.read("/admin/absences")
    assert "Открыты 2 задачи: их можно передать другим" in page and "Задачи: 2" in page
    answer = browser.post("/dispatch/filter", {"performer": away.id, "tab": "open"})
    assert answer.location == "/dispatch?tab=open"
    board = browser.read(answer.location)
    assert "Все 2 найденные" in board and "Плановый" in board and "Отложенный" in board
    assert "Ничей" not in board and f"/control?all=1&amp;person={away.id}" in board
    # The same from the list of people beside the board: a button of the form of the panel, that
    # says its own number where what is in hand is another one.
    assert "все открытые:" not in board
    assert f'name="performer" value="{away.id}" formaction="/dispatch/filter?tab=open"' in board
    # The rail leads to the tab that the filter was made for; «Не надо» to where the run came from.
    assert browser.get("/dispatch").location == "/dispatch?tab=open"
    form = {"tab": "open", "action": "priority", "new_priority": "2", "shown": "", "form_key": "k"}
    for chosen in ({"all": "1"}, {"task": board.partition('name="task" value="')[2].split('"')[0]}):
        run = browser.post("/dispatch/runs", form | chosen | {"form_key": next(iter(chosen))})
        assert 'href="/dispatch?tab=open">Не надо' in browser.read(run.location)
    browser.post("/dispatch/filter", {"clear": "1", "tab": "open"})
    assert "Ничей" in browser.read("/dispatch"), "nothing is narrowed: free tasks first"
    again = browser.post("/dispatch/filter?tab=open", {"tab": "planned", "performer": away.id})
    assert again.location == "/dispatch?tab=open" and "Ничей" not in browser.read(again.location)


def test_the_number_beside_a_person_opens_a_list_of_that_length(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit, head, people = _floor(prepared)
    for n, state in enumerate((TaskState.PLANNED, TaskState.ON_CONTROL)):
        client = prepared.client(f"Её {n}", unit=unit)
        prepared.task(unit=unit, client=client, performer=people[0], state=state)
    browser = browser_of(head, Role.SUPERVISOR)
    board = browser.read("/dispatch")
    assert "все открытые: 2</button>" in board and board.count("все открытые:") == 1
    answer = browser.post("/dispatch/filter?tab=open", {"performer": people[0].id})
    assert "Все 2 найденные" in browser.read(answer.location)
