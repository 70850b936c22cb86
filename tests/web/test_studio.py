"""The builder of selections as a browser without scripts uses it."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from directory.staff.models import Role
from selections.models import Selection, SelectionVersion
from selections.rules import Found, Group, Join
from selections.wire import from_wire
from tests.conftest import NOON
from tests.given import Given
from tests.unit.test_i18n_filters import small_app
from tests.web.conftest import Browser
from webui.labels.selections import size_words
from worklists.selection_kinds import KINDS
from worklists.work_sizes import WorkSize


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the builder's form (ticked, selected, typed)."""
    form = page[page.index("data-studio") :]
    form = form[: form.index("</form>")]
    found: list[tuple[str, str]] = []
    for tag in re.finditer(
        r"<input ([^>]*)>|<select ([^>]*)>(.*?)</select>|<textarea ([^>]*)>(.*?)</textarea>",
        form,
        re.DOTALL,
    ):
        attributes = tag.group(1) or tag.group(2) or tag.group(4)
        name = re.search(r'\bname="([^"]+)"', attributes)
        if name is None:
            continue
        if tag.group(2) is not None:
            chosen = re.search(r'value="([^"]*)" selected', tag.group(3)) or re.search(
                r'value="([^"]*)"', tag.group(3)
            )
            found.append((name.group(1), unescape(chosen.group(1)) if chosen else ""))
        elif tag.group(4) is not None:
            found.append((name.group(1), unescape(tag.group(5))))
        elif 'type="checkbox"' not in attributes or " checked" in attributes:
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            found.append((name.group(1), unescape(value.group(1)) if value else "on"))
    return found


class Builder:
    """A page of the builder: types, presses, saves."""

    def __init__(self, browser: Browser, address: str = "/selections/studio/new") -> None:
        self.browser, self.address = browser, address
        self.page = browser.read(address)
        self.typed: dict[str, Any] = {}

    def data(self, **more: Any) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, value in fields_of(self.page):
            data.setdefault(name, []).append(value)
        return data | self.typed | more

    def put(self, name: str, value: Any) -> "Builder":
        self.typed[name] = value
        return self

    def press(self, act: str) -> "Builder":
        answer = self.browser.post("/selections/studio/edit", self.data(act=act))
        assert answer.status_code == 200, answer.text[:2000]
        self.page, self.typed = answer.text, {}
        return self

    def save(self, **more: Any) -> TestResponse:
        action = re.search(r'class="sel" method="post" action="([^"]+)"', self.page)
        assert action is not None
        return self.browser.post(action.group(1), self.data(**more))

    @property
    def count(self) -> int:
        found = re.search(r"data-count>([^<]+)<", self.page)
        assert found is not None, self.page[-3000:]
        return int(found.group(1).replace("\u00a0", ""))

    @property
    def words(self) -> str:
        found = re.search(r'<p class="sm words">(.*?)</p>', self.page)
        assert found is not None
        return unescape(found.group(1))


@pytest.fixture
def head(prepared: Given, browser_of: Any) -> Browser:
    company = prepared.unit("Компания")
    unit = prepared.unit("Сервис", parent=company)
    prepared.unit("Чужой", parent=company)
    for number in range(3):
        client = prepared.client(f"Клиент {number}", unit=unit)
        prepared.asset(client, make=("Kia", "Hyundai", "Lada")[number], model="Rio")
    person = prepared.employee("Илья Петров", role=Role.HEAD, unit=unit)
    return browser_of(person, Role.HEAD)  # type: ignore[no-any-return]


def test_a_rule_is_built_counted_and_saved(head: Browser, database: Any) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make")
    # What nobody could fill in yet is no mistake, and is not counted with.
    assert "укажите значение" not in builder.page and "rule bad" not in builder.page
    assert "Без 1 незаконченного условия." in builder.page
    assert "укажите значение" not in builder.press("add:r:group").page
    builder.press("del:r-1")
    builder.put("v.r-0", ["Kia", "Hyundai"]).put("name", "Корейцы").press("")
    assert builder.count == 2 and "человеко-дней" not in builder.page
    assert builder.words == "Марка Kia или Hyundai."
    assert "Клиент 0" in builder.page and "марка: Kia" in builder.page
    saved = builder.save()
    assert saved.status_code == 303
    with database.reading_session() as session:
        version = session.scalars(select(SelectionVersion)).one()
        assert version.definition["rule"]["items"][0]["values"] == ["Kia", "Hyundai"]
    again = Builder(head, saved.location)
    assert re.search(r'name="v.r-0" value="Kia" checked', again.page)
    assert "Корейцы" in head.read("/selections")


@pytest.mark.parametrize(
    ("act", "typed", "words"),
    [
        ("field:vehicle.year", {"t.r-0.0": "12.5"}, "«Год выпуска»: введите целое число от 0 до 2"),
        ("field:vehicle.sold_on", {"t.r-0.0": "2000"},
         "«Дата продажи»: введите целое число месяцев от 0 до 1\u00a0800."),
        ("field:vehicle.sold_on", {"t.r-0.0": "двенадцать", "s.r-0.0": "year"},
         "«Дата продажи»: введите целое число лет от 0 до 150."),
        ("field:vehicle.sold_on", {"p.r-0": "on", "d.r-0.0": "0001-01-01"},
         "«Дата продажи»: введите дату от "),
        ("having:vehicle.visits", {"o.r-0": "at_least", "t.r-0.0": "-1"},
         "«Заезды»: введите целое число от 0 до 2"),
        ("having:vehicle.visits", {"o.r-0": "at_least", "u.r-0": "visit.total", "t.r-0.0": "много"},
         "«Сумма заказ-наряда»: введите сумму от 0 до 1\u00a0000"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_what_fits(
    head: Browser, act: str, typed: dict[str, str], words: str
) -> None:
    builder = Builder(head).press(f"add:r:{act}")
    builder.typed = {"o.r-0": "between", "t.r-0.1": "1"} if "sold_on" in act else {}
    builder.typed |= typed
    builder.press("")
    for name in typed:
        if name.startswith(("o.", "p.", "u.")):  # The fields are there after the first drawing.
            builder.typed = dict(typed)
            builder.press("")
            break
    assert words in builder.page
    assert builder.save(name="Черновик").status_code == 422


def test_nearly_everybody_and_much_work_are_warned_of_while_building(
    prepared: Given, browser_of: Any
) -> None:
    unit = prepared.unit("Сервис")
    for number in range(10):
        prepared.asset(prepared.client(unit=unit), make="Lada" if number else "Kia")
    head = browser_of(prepared.employee(role=Role.HEAD, unit=unit), Role.HEAD)
    builder = Builder(head).press("add:r:field:vehicle.make")
    assert "человеко-дней" not in builder.page  # The condition is not finished.
    builder.put("v.r-0", ["Lada"]).press("")
    assert "Условия почти никого не отсеяли: найдено 9 из 10. Это 0,1 человеко-дней" in builder.page
    assert "Если на задачу уходит 6,0 мин: точнее скажет проверка с кампанией." in builder.page
    builder.put("o.r-0", "known").press("")
    assert "Условия никого не отсеяли: найдены все." in builder.page


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (WorkSize(found=89, of_all=100, days=19.9), ""),
        (WorkSize(found=90, of_all=100, days=1), "найдено 90 из 100"),
        (WorkSize(found=1600, of_all=None, days=1210.24), "Много работы: 1\u00a0210,2 человеко"),
        (WorkSize(found=0, of_all=0, days=0), ""),
    ],
)
def test_how_much_deserves_a_warning(size: WorkSize, words: str) -> None:
    with small_app().test_request_context("/"):
        told = size_words(size)
    assert words in told and bool(words) == bool(told)


def test_two_lengths_from_today_may_come_in_either_order(head: Browser, database: Any) -> None:
    builder = Builder(head).press("add:r:field:vehicle.sold_on")
    builder.put("o.r-0", "between").press("").put("p.r-0", "ago").put("s.r-0.0", "month")
    builder.put("t.r-0.0", "12").put("t.r-0.1", "18").put("name", "Давние").press("")
    assert "Поменяйте их местами" not in builder.page
    assert "от 18 до 12 месяцев назад" in builder.words
    saved = builder.save()
    assert saved.status_code == 303
    with database.reading_session() as session:
        item = session.scalars(select(SelectionVersion)).one().definition["rule"]["items"][0]
    assert item["values"] == [
        {"from_today": -12, "span": "month"},
        {"from_today": -18, "span": "month"},
    ]
    # It opens as it was typed, and says the same.
    again = Builder(head, saved.location)
    assert re.findall(r'name="t.r-0.[01]" value="(\d+)"', again.page) == ["12", "18"]
    assert "от 18 до 12 месяцев назад" in again.words


def test_conditions_nest_move_and_are_copied(head: Browser) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia"])
    builder.press("copy:r-0").put("v.r-1", ["Lada"]).press("add:r:group")
    builder.press("down:r-1").press("down:r-0")
    # Both stand in the group now, where one of them is enough.
    builder.press("")
    assert builder.words == "Марка Kia или марка Lada."
    assert builder.count == 2
    builder.put("j.r-0", "none").press("")
    assert (builder.count, builder.words) == (1, "Ни одно из: марка Kia; марка Lada.")
    builder.press("up:r-0-0").press("del:r-1-0").press("del:r-1")
    assert (builder.count, builder.words) == (1, "Марка Kia.")


def test_what_was_deleted_is_put_back_with_all_that_was_typed(head: Browser) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia", "Lada"])
    builder.press("add:r:group").press("add:r-1:newest:vehicle.visits")
    builder.put("t.r-1-0-1-0.0", "12").put("t.r-1-0-1-0.1", "18").put("s.r-1-0-1-0.0", "day")
    builder.put("j.r-1", "none").press("add:r-1:having:vehicle.recommendations")
    builder.put("o.r-1-1", "between").press("").put("t.r-1-1.0", "2").put("t.r-1-1.1", "3")
    builder.put("m.r-1-1.1", "ask").press("add:r-1:field:vehicle.vin").put("l.r-1-2", "X1, X2")
    builder.press("")
    words = builder.words
    builder.press("del:r-1")
    assert "Удалено: группа условий." in builder.page
    assert builder.words == "Марка Kia или Lada. При запуске спросим: число."
    # It waits while the rule goes on being built, and comes back to where it stood.
    builder.press("add:r:field:vehicle.year").press("").press("undo")
    assert "Удалено" not in builder.page
    assert 'name="k.r-1" value="group"' in builder.page
    builder.press("del:r-2")
    assert builder.words == words and "Удалено: Год выпуска." in builder.page
    # What it stood in is gone: it comes to the end, if its field is known there.
    builder.press("del:r-1-2").press("del:r-1").press("undo")
    assert builder.words != words
    builder = Builder(head).press("add:r:group").press("add:r-0:field:vehicle.make")
    builder.put("v.r-0-0", ["Kia"]).press("del:r-0-0").put("k.r-0", "gone").press("undo")
    assert re.search(r'name="v.r-0" value="Kia" checked', builder.page)


def test_a_condition_is_dragged_only_where_its_field_is_known(head: Browser) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia"])
    builder.press("add:r:newest:vehicle.visits").press("put:r-0:r-1-1:0")
    assert 'name="f.r-0"' in builder.page and 'name="v.r-0"' in builder.page
    builder.press("put:r-1:r:0")
    assert re.search(r'name="k.r-0" value="newest"', builder.page)


def test_a_question_is_asked_for_a_value_and_kept(head: Browser, database: Any) -> None:
    builder = Builder(head).press("add:r:newest:vehicle.visits")
    builder.put("p.r-0-1-0", "ask").press("")
    assert "Вопросы при запуске" in builder.page
    builder.put("pl.0", "С какого дня").put("name", "По периоду")
    builder.put("t.pd-0.0", "12").put("t.pd-1.0", "6").press("")
    assert "[с какого дня?]" not in builder.words and "от 12 до 6 месяцев назад" in builder.words
    assert builder.save().status_code == 303
    with database.reading_session() as session:
        kept = session.scalars(select(SelectionVersion)).one().definition
    assert [one["code"] for one in kept["parameters"]] == ["day", "day2"]
    assert kept["parameters"][0]["label"] == "С какого дня"


def test_what_somebody_saved_meanwhile_is_told_and_nothing_is_lost(
    head: Browser, database: Any
) -> None:
    first = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia"])
    address = first.put("name", "Марки").save().location
    mine, theirs = Builder(head, address), Builder(head, address)
    theirs.put("note", "Их пояснение")
    assert theirs.put("v.r-0", ["Hyundai"]).save().status_code == 303
    mine.press("add:r:field:vehicle.year").put("t.r-1.0", "2015")
    answer = mine.save()
    assert answer.status_code == 409
    assert "Пока вы правили выборку, сохранено другое: Илья Петров, " in answer.text
    assert "<del>марка Hyundai</del>" in answer.text
    assert "<del>Их пояснение</del>" in answer.text and "<ins>(пусто)</ins>" in answer.text
    mine.page, mine.typed = answer.text, {}
    assert 'value="2015"' in mine.page
    assert mine.save().status_code == 303
    with database.reading_session() as session:
        assert session.scalars(select(Selection)).one().version_no == 3
    page = head.read(address.replace("/studio", ""))
    assert "Версия 3" in page and "Первая версия." in page


def test_an_unfinished_rule_is_refused_with_everything_that_was_typed(head: Browser) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make").press("add:r:field:vehicle.year")
    builder.put("t.r-1.0", "старый").put("note", "Пояснение на месте")
    answer = builder.put("name", "Черновик").save()
    assert answer.status_code == 422
    assert "В правиле есть ошибки." in answer.text
    assert "«Марка»: укажите значение." in answer.text
    assert "«Год выпуска»: введите целое число от 0 до 2\u00a0147\u00a0483\u00a0647." in answer.text
    assert 'value="старый"' in answer.text and "Пояснение на месте" in answer.text
    builder.page, builder.typed = answer.text, {}
    assert "«Марка»: укажите значение." in builder.press("").page
    assert "укажите значение" not in builder.press("add:r:field:vehicle.model").page
    nameless = Builder(head).press("add:r:field:client.has_phone").save()
    assert nameless.status_code == 422 and "Назовите выборку" in nameless.text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("когда", 'value="add:r-0-0:field:attempt.made_on"'),
        ("сколько", 'value="add:r-1-0:field:visit.total"'),
        ("открыт", 'name="v.r-2-0-0" value="open"'),
    ],
)
def test_other_words_find_a_field_and_a_value(head: Browser, words: str, found: str) -> None:
    builder = Builder(head)
    for relation in ("client.attempts", "vehicle.visits", "vehicle.recommendations"):
        builder.press(f"add:r:having:{relation}")
    builder.press("add:r-2-0:field:recommendation.status")
    # What stands in data-also is searched too.
    tag = re.search(
        rf"(?:<label[^>]*>\s*<input[^>]*{found}|<button[^>]*{found}[^>]*>)", builder.page
    )
    assert tag is not None and words in tag.group(0).partition('data-also="')[2]
    assert ">клиент выбранного подразделения<" in builder.page


def test_a_new_last_row_has_the_focus_at_its_day(head: Browser) -> None:
    builder = Builder(head).press("add:r:newest:vehicle.visits")
    focused = re.findall(r'id="([^"]+)"[^>]*data-focus', builder.page)
    assert focused == ["f.r-0-1-0"]
    assert re.findall(r'id="([^"]+)"[^>]*data-focus', builder.press("copy:r-0").page) == []


def test_words_do_not_repeat_what_is_no_value(head: Browser) -> None:
    builder = Builder(head).press("add:r:field:vehicle.sold_on")
    builder.put("o.r-0", "between").press("").put("t.r-0.0", "не вып").press("")
    assert builder.words == "Дата продажи с … по сегодня."
    assert "введите целое число месяцев" in builder.page
    builder.press("del:r-0").press("add:r:field:vehicle.year").put("t.r-0.0", "старый").press("")
    assert builder.words == "Год выпуска не меньше …"


def test_an_empty_page_is_no_mistake_until_it_is_saved(head: Browser) -> None:
    builder = Builder(head)
    assert "Добавьте хотя бы одно условие." in builder.page
    assert "Исправьте перед сохранением" not in builder.press("").page
    refused = builder.save()
    assert refused.status_code == 422
    assert "Назовите выборку" in refused.text and "Исправьте перед сохранением" in refused.text
    builder.page, builder.typed = refused.text, {}
    assert "Исправьте перед сохранением" in builder.press("").page


def test_a_name_that_the_unit_has_is_told_at_the_name(head: Browser) -> None:
    first = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia"])
    address = first.put("name", "Марки").save().location
    twice = Builder(head).press("add:r:field:client.has_phone").put("name", "марки").save()
    assert twice.status_code == 422
    assert "Выборка «марки» в этом подразделении уже есть. Назовите иначе." in twice.text
    copied = head.post(address.replace("/studio", "") + "/copy")
    assert 'value="Марки (2)"' in head.read(copied.location)


@pytest.mark.parametrize(
    "typed",
    [
        {"t.r-0-1-0.0": "9" * 30, "s.r-0-1-0.0": "year"},
        {"t.r-0-1-0.0": "-5"},
        {"p.r-0-1-0": "on", "d.r-0-1-0.0": "0000-99-99"},
        {"p.r-0-1-0": "each", "m.r-0-1-0.0": "нет такого"},
        {"o.r-0-1-0": "нет такого"},
        {"k.r-0-1-0": "нет такого"},
        {"f.r-0": "vehicle.gone"},
        {"f.r-0-1-0": "visit.gone", "x.r-0-1-0": "[[[["},
        {"subject": "client"},
        {"pc.0": "day", "pt.0": "нет"},
        {"sample": "-1"},
        {"k.z": "group", "k.z-0": "having", "f.z-0": "nothing", "z.at": "r-0", "z.scope": "x"},
        {"k.z": "newest", "f.z": "gone", "z.at": "r-0-0-0", "z.scope": "visit", "t.z.0": "1"},
    ],
)
def test_nothing_typed_breaks_the_page(head: Browser, typed: dict[str, str]) -> None:
    builder = Builder(head).press("add:r:newest:vehicle.visits")
    builder.typed = dict(typed)
    builder.press("")
    assert builder.save(name="Как есть").status_code in (303, 422)
    for act in (
        "undo",
        "add:r-9:group", "del:r", "up:x", "put:r-0:r-0-1:0", "add:r:field:nothing", "::",
        "del:r-²", "del:r-٣", "put:r-0:r:²", "del:r-99999999999", "put:r-0:r:9999999999999",
    ):  # fmt: skip
        builder.press(act)


def test_what_is_no_number_of_a_row_is_no_value_of_a_list(head: Browser) -> None:
    builder = Builder(head).press("add:r:having:vehicle.visits")
    builder.press("add:r-0-0:field:visit.workshop").put("v.r-0-0-0", ["²", "٣", "9" * 10])
    refused = builder.save(name="Цеха")
    assert refused.status_code == 422 and "«Цех»: укажите значение." in refused.text


def test_every_shipped_kind_opens_and_is_saved_as_it_is(head: Browser, database: Any) -> None:
    for kind in KINDS:
        builder = Builder(head, f"/selections/studio/new?kind={kind.code}")
        saved = builder.save()
        assert saved.status_code == 303, kind.code
        with database.reading_session() as session:
            version = session.scalars(
                select(SelectionVersion).order_by(SelectionVersion.id.desc()).limit(1)
            ).one()
            assert from_wire(version.definition) == kind.definition, kind.code


def checked(browser: Browser, address: str, data: dict[str, Any]) -> dict[str, Any]:
    """The answers with the mark of their check, as the page that was shown would send them."""
    tried = browser.post(f"{address}/try", data)
    page = browser.read(tried.location) if tried.status_code == 303 else tried.text
    mark = re.search(r'name="checked" value="(\w+)"', page)
    assert mark is not None
    return data | {"checked": mark.group(1)}


def test_a_manager_runs_and_does_not_build(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    client = prepared.client("Иванов Иван", unit=unit)
    prepared.asset(client)
    campaign = prepared.campaign()
    browser = browser_of(prepared.employee("Мария", unit=unit))
    assert "Новая выборка" not in browser.read("/selections")
    assert browser.get("/selections/studio/new").status_code == 403
    address = f"/selections/{selection.id}"
    assert browser.get(f"/selections/studio/{selection.id}").location == address
    data = {"unit": unit.id, "campaign": campaign.id, "hold_out": "0"}
    tried = browser.post(f"{address}/try", data)
    # The answers stand in the address: a reload and Back show the same.
    page = browser.read(tried.location)
    assert "Условия никого не отсеяли" in page and "Есть телефон" in page
    # What was not checked, or checked otherwise, is checked first.
    data = checked(browser, address, data)
    for key, more in enumerate(({"checked": ""}, {"hold_out": "10"}, {"campaign": ""})):
        unseen = browser.post(f"{address}/run", data | more | {"form_key": f"u{key}"})
        assert "/runs/" not in unseen.location
        page = browser.read(unseen.location)
        assert "Ответы ещё не проверены." in page and "Что получится" in page
    run = browser.post(f"{address}/run", data | {"form_key": "k1"})
    twice = browser.post(f"{address}/run", data | {"form_key": "k1"})
    assert run.location == twice.location
    page = browser.read(run.location)
    lead = re.search(r'name="row" value="(\d+)"', page)
    assert lead is not None and "есть телефон" in page
    leads = run.location.split("?")[0]
    kept = browser.post(leads, {"campaign": campaign.id, "row": lead.group(1), "text": "нет таких"})
    assert f'<input type="hidden" name="row" value="{lead.group(1)}">' in kept.text
    formed = browser.post(
        f"{leads}/work-lists", {"campaign": campaign.id, "row": lead.group(1), "form_key": "k2"}
    )
    assert formed.status_code == 303
    assert "Создано задач: 1." in browser.read(formed.location)
    nobody = browser.post(f"{leads}/work-lists", {"campaign": campaign.id, "form_key": "k3"})
    assert nobody.status_code == 422 and "Отметьте клиентов" in nobody.text
    wrong = browser.get(browser.post(f"{address}/try", data | {"hold_out": "99"}).location)
    assert wrong.status_code == 422 and "от 0 до 50 процентов" in wrong.text
    assert re.search(r'id="hold"[^>]*aria-invalid="true" autofocus', wrong.text)


def test_who_does_not_see_a_run_of_the_unit_above_reads_that_there_was_one(
    prepared: Given, browser_of: Any
) -> None:
    centre = prepared.unit("Меридиан")
    below = prepared.unit("Обзвон", parent=centre)
    boss = prepared.employee("Автор", role=Role.HEAD, unit=centre)
    address = f"/selections/{prepared.selection(centre, boss, 'С телефоном').id}"
    client, campaign = prepared.client("Иванов Иван", unit=centre), prepared.campaign()
    prepared.task(unit=below, client=client)
    lower = browser_of(prepared.employee("Мария", unit=below))
    assert "Ещё не запускали" in lower.read(address)
    assert "ещё не запускали" in lower.read("/selections")
    head = browser_of(boss, Role.HEAD)
    data = checked(head, address, {"unit": centre.id, "hold_out": "0"})
    run = head.post(f"{address}/run", data | {"form_key": "k1"}).location
    page = lower.read(address)
    assert "Ещё не запускали" not in page and "Последний запуск: Меридиан, " in page
    assert "/selections/runs/" not in page
    assert "Последний запуск" not in head.read(address)
    listed = lower.read("/selections")
    assert "ещё не запускали" not in listed and '<td class="muted">Меридиан, ' in listed
    assert '<td class="r num"></td>' in listed
    assert '<td class="muted">Меридиан, ' not in head.read("/selections")

    def offered(**more: Any) -> str | None:
        looked = head.post(run.split("?")[0], {"to_unit": centre.id, **more})
        shown = head.read(looked.location)
        chosen = re.search(r'<option value="(\d+)" selected>\s*(?:Обзвон|Меридиан)', shown)
        return chosen and chosen.group(1)

    # Where the campaign is at work already, until another unit is chosen.
    assert offered(usual_unit=centre.id) == str(centre.id)
    assert offered(usual_unit=centre.id, campaign=campaign.id) == str(below.id)
    assert offered(usual_unit=below.id, campaign=campaign.id) == str(centre.id)


def test_a_selection_is_put_on_the_clock_and_switched_off(prepared: Given, browser_of: Any) -> None:
    unit = prepared.unit("Сервис")
    below = prepared.unit("Обзвон", parent=unit)
    author = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    selection = prepared.selection(unit, author, "С телефоном")
    campaign = prepared.campaign()
    browser = browser_of(author, Role.HEAD)
    address = f"/selections/{selection.id}/plans/new"
    page = browser.read(address)
    assert "Задач в день" in page and "Подразделение рабочих листов" in page
    data = {
        "unit": unit.id,
        "to_unit": below.id,
        "campaign": campaign.id,
        "cadence": "weekly",
        "weekday": "2",
    }
    assert browser.post(address, data | {"at": "много"}).status_code == 422
    assert browser.post(address, data | {"at": "09:30", "per_day": "0"}).status_code == 422
    saved = browser.post(address, data | {"at": "09:30", "per_day": "40", "hold_out": "5"})
    assert saved.status_code == 303, saved.text
    page = browser.read(saved.location)
    assert "По средам в 09:30, до 40 в день, контрольная группа 5 %" in page
    plan = re.search(r"/selections/plans/(\d+)", page)
    assert plan is not None
    form = browser.read(plan.group(0))
    assert 'value="40"' in form and 'value="5"' in form and 'value="09:30"' in form
    assert f'<option value="{below.id}" selected>' in form.partition('id="to_unit"')[2]
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    changed = data | {"at": "10:00", "version": version.group(1)}
    assert browser.post(plan.group(0), changed).status_code == 303
    assert browser.post(plan.group(0), changed | {"at": "11:00"}).status_code == 409
    off = browser.post(f"{plan.group(0)}/switch", {"on": "0"})
    assert "выключено" in browser.read(off.location)


def test_a_sample_that_is_no_number_is_told_and_not_saved(head: Browser, database: Any) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make")
    builder.put("v.r-0", ["Kia"]).put("name", "Корейцы").press("")
    for typed in ("абв", "-5", "0", "99999999999999999999"):
        refused = builder.save(sample=typed)
        assert refused.status_code == 422
        assert refused.text.count("Введите число от 1 до 10\u00a0000\u00a0000.") == 2
        assert f'name="sample" value="{typed}"' in refused.text
        assert re.search(r'name="v.r-0" value="Kia" checked', refused.text)
    assert builder.save(sample="10 000").status_code == 303
    with database.reading_session() as session:
        assert session.scalars(select(SelectionVersion)).one().definition["sample"] == 10_000


def test_another_selection_is_asked_for_and_a_group_has_a_bottom(head: Browser) -> None:
    saved = Builder(head).press("add:r:field:vehicle.make").put("v.r-0", ["Kia"])
    assert saved.put("name", "Корейцы").save().status_code == 303
    builder = Builder(head).press("add:r:found")
    assert "укажите значение" not in builder.page
    refused = builder.save(name="Без выборки")
    assert "«Входит в выборку»: укажите значение." in refused.text
    assert "больше нет" not in builder.page
    assert builder.words == "Входит в выборку «…»."
    place = "r"
    for depth in range(11):
        builder.press(f"add:{place}:group")
        place += "-1" if depth == 0 else "-0"
    assert f'value="add:{place}:group"' not in builder.page
    builder.press(f"add:{place}:field:vehicle.make")
    assert f'id="n.{place}-0"' in builder.page


def test_a_list_of_vins_is_tried_and_stands_in_no_address(prepared: Given, head: Browser) -> None:
    prepared.campaign()
    prepared.session.commit()
    saved = Builder(head, "/selections/studio/new?kind=recall").save()
    selection_id = saved.location.rsplit("/", 1)[1]
    page = head.read(f"/selections/{selection_id}/run")
    code = re.search(r'<textarea[^>]*name="(a\.[^"]+)"', page)
    unit = re.search(r'<option value="(\d+)" selected', page)
    assert code is not None and unit is not None
    data = {"unit": unit.group(1), code.group(1): "XTA219010K0000001"}
    tried = head.post(f"/selections/{selection_id}/try", data)
    assert tried.status_code == 200 and "Что получится" in tried.text
    assert "XTA219010K0000001" in tried.text
    mark = re.search(r'name="checked" value="(\w+)"', tried.text)
    address = f"/selections/{selection_id}/run"
    assert mark is not None
    data["checked"] = mark.group(1)
    other = {code.group(1): "XTA219010K0000002"}
    unseen = head.post(address, data | other | {"form_key": "v1"})
    # Typed VINs stand in no address, whichever button brought them.
    assert unseen.status_code == 200 and "Ответы ещё не проверены." in unseen.text
    assert "XTA219010K0000002" in unseen.text
    # However the lines are spaced, it is the list that was checked.
    data[code.group(1)] = "\r\n XTA219010K0000001 \r\n\r\n"
    assert "/selections/runs/" in head.post(address, data | {"form_key": "v2"}).location


def test_a_list_of_vins_says_what_became_of_each_line(prepared: Given, browser_of: Any) -> None:
    company = prepared.unit("Компания")
    unit, foreign = prepared.unit("Сервис", parent=company), prepared.unit("Чужой", parent=company)
    for number, where in enumerate((unit, foreign), start=1):
        prepared.asset(prepared.client(unit=where), make="Kia", vin=f"XTA219010K000000{number}")
    prepared.campaign()
    head = browser_of(prepared.employee(role=Role.HEAD, unit=unit), Role.HEAD)
    saved = Builder(head, "/selections/studio/new?kind=recall").save()
    address = f"/selections/{saved.location.rsplit('/', 1)[1]}"
    unit_field = {"unit": str(unit.id)}
    lines = "XTA219010K0000001\nxta 219010k0000001\nЖЖЖ\nXTA219010K0000002\nXTA219010K00000\n<b>"
    typed = unit_field | {"a.vins": lines}
    tried = head.post(f"{address}/try", typed)
    assert "VIN в списке: 2. Повторов: 1." in tried.text.replace("\n", " ")
    assert "Не похоже на VIN: 3" in tried.text and "&lt;b&gt;" in tried.text
    assert "Нет у клиентов подразделения: 1" in tried.text
    assert "<span>XTA219010K0000002</span>" in tried.text
    typed |= checked(head, address, typed)
    ran = head.read(head.post(f"{address}/run", typed | {"form_key": "vins"}).location)
    assert "Не похоже на VIN: 3" in ran and "<span>ЖЖЖ</span>" in ran
    assert "Нет у клиентов подразделения: 1" in ran
    nothing = head.post(f"{address}/try", unit_field | {"a.vins": "просто текст"})
    assert "VIN в списке: 0." in nothing.text and "Не похоже на VIN: 1" in nothing.text
    clean = head.post(f"{address}/try", unit_field | {"a.vins": "XTA219010K0000001"})
    assert "Все есть у клиентов подразделения." in clean.text and "Не похоже" not in clean.text


def test_before_archiving_those_who_use_it_are_named(prepared: Given, browser_of: Any) -> None:
    company = prepared.unit("Компания")
    unit, foreign = prepared.unit("Сервис", parent=company), prepared.unit("Чужой", parent=company)
    head = prepared.employee("Автор", role=Role.HEAD, unit=unit)
    base = prepared.selection(company, head, "Все подряд")
    prepared.campaign()
    using = Group(Join.ALL, (Group(Join.NONE, (Found(base.id),)),))
    for where, name in ((unit, "Остальные"), (unit, "Другие"), (foreign, "Невидимая")):
        prepared.selection(where, head, name, rule=using)
    prepared.selection(unit, head, "Старая", rule=using).archived_at = NOON
    boss = prepared.employee("Начальник", role=Role.HEAD, unit=company)
    boss_page = browser_of(boss, Role.HEAD).read(f"/selections/{base.id}")
    assert "Её используют: «Другие», «Невидимая», «Остальные»." in unescape(boss_page)
    alone = prepared.selection(unit, head, "Одна")
    base.unit_id = unit.id
    browser = browser_of(head, Role.HEAD)
    page = unescape(browser.read(f"/selections/{base.id}"))
    assert "Её используют: «Другие», «Остальные», ещё 1." in page
    assert "Её используют" not in browser.read(f"/selections/{alone.id}")


@pytest.mark.parametrize(
    ("kind", "typed", "fits"),
    [
        ("birthday", "много", "Введите целое число от 0 до 10 000."),
        ("birthday", "9" * 20, "Введите целое число от 0 до 10 000."),
        ("cover_ends", "0001-01-01", "Введите дату от 1 января 1900 до 31 декабря 2200."),
        ("cover_ends", "завтра", "Введите дату от 1 января 1900 до 31 декабря 2200."),
        ("recall", "X" * 5_000, "каждая не длиннее"),
    ],
)
def test_a_bad_answer_is_told_what_fits(
    prepared: Given, head: Browser, kind: str, typed: str, fits: str
) -> None:
    prepared.campaign()
    prepared.session.commit()
    saved = Builder(head, f"/selections/studio/new?kind={kind}").save()
    address = f"/selections/{saved.location.rsplit('/', 1)[1]}"
    page = head.read(f"{address}/run")
    code = re.search(r'<(?:textarea|input)[^>]*name="(a\.[^"]+)"', page)
    unit = re.search(r'<option value="(\d+)" selected', page)
    assert code is not None and unit is not None
    tried = head.post(f"{address}/try", {"unit": unit.group(1), code.group(1): typed})
    told = head.get(tried.location) if tried.status_code == 303 else tried
    assert told.status_code == 422 and fits in told.text.replace("\xa0", " ")
    assert re.search(rf'name="{code.group(1)}"[^>]*aria-invalid="true"', told.text)
