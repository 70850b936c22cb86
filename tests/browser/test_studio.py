"""A head builds a rule by keyboard, sees whom it finds, runs it and forms work-lists (A5, A9)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from directory.staff.models import Role
from directory.units.models import UnitKind
from directory.visits.models import Recommendation, RecommendationStatus, Visit
from selections.models import Cadence, SelectionPlan
from tests.browser.conftest import Live, arrived, violations
from tests.conftest import NOON

TODAY = NOON.date()


def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def _furnish(live: Live) -> str:
    """Four who fit, and one each for whom one condition does not hold."""
    with live.given() as given:
        company = given.unit("Компания", kind=UnitKind.COMPANY)
        unit = given.unit("Сервис Север", parent=company)
        there = given.workshop("Цех № 3", parent=unit)
        elsewhere = given.workshop("Цех № 1", parent=unit)
        head = given.employee("Илья Петров", role=Role.HEAD, unit=unit)
        given.campaign()

        def client(name: str, make: str, last: int, *, visits: int = 3, at=there,  # type: ignore[no-untyped-def]
                   advised: bool = True, called: int | None = None) -> None:  # fmt: skip
            person = given.client(name, unit=unit, phone=f"+7916{abs(hash(name)) % 10**7:07d}")
            asset = given.asset(person, make=make, model="Rio", year=2019)
            for number in range(visits):
                on = TODAY - timedelta(days=last + 100 * number)
                place = at if number == 0 else elsewhere
                given.session.add(
                    Visit(number=f"{asset.id}-{number}", asset_id=asset.id, client_id=person.id,
                          workshop_id=place.id, opened_on=on, done_on=on)
                )  # fmt: skip
            given.session.flush()
            visit = given.session.query(Visit).filter_by(asset_id=asset.id).first()
            if advised:
                assert visit is not None
                given.session.add(
                    Recommendation(visit_id=visit.id, asset_id=asset.id, work="Колодки",
                                   status=RecommendationStatus.OPEN, advised_on=visit.done_on)
                )  # fmt: skip
            if called is not None:
                task = given.task(unit=unit, client=person, asset=asset)
                given.attempt(task, head, at=NOON - timedelta(days=called))

        for number in range(4):
            client(f"Подходит {number}", "Kia" if number % 2 else "Hyundai", 400 + 20 * number)
        client("Другая марка", "Lada", 420)
        client("Недавно", "Kia", 100)
        client("Давно", "Kia", 700)
        client("Другой цех", "Kia", 420, at=elsewhere)
        client("Один заезд", "Kia", 420, visits=1)
        client("Без рекомендации", "Kia", 420, advised=False)
        client("Звонили", "Kia", 420, called=10)
        return head.login


_UNTIL_REDRAWN = """() => {
  window.isRedrawn = false;
  document.addEventListener("htmx:after:swap", (e) => {
    if (e.detail.ctx?.target?.id === "rules") window.isRedrawn = true;
  });
}"""


class Keys:
    """Builds with the keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @contextmanager
    def redrawn(self) -> Iterator[None]:
        """Wait until the rule stands as the server has drawn it after what is done in the block."""
        self.page.evaluate(_UNTIL_REDRAWN)
        yield
        self.page.wait_for_function("() => window.isRedrawn")

    def add(self, group: str, words: str) -> None:
        """Open the list of what may be added to the group, search, take the first."""
        opener = self.page.locator(f'[id="n.{group}"] > .rg-f > details > summary')
        opener.focus()
        self.page.keyboard.press("Enter")
        expect(self.page.locator(":focus[data-narrow]")).to_be_visible()
        self.page.keyboard.type(words)
        with self.redrawn():
            self.page.keyboard.press("Enter")

    def tick(self, node: str, *values: str) -> None:
        """Open the list of values and tick these."""
        self.page.locator(f'[id="n.{node}"] > .rule-v details.ms > summary').focus()
        self.page.keyboard.press("Enter")
        # The search, or the first box where there is none, takes the focus a moment after the list
        # opens: from whatever has it by then.
        inside = self.page.locator(f'[id="n.{node}"] details.ms :focus:not(summary)')
        expect(inside).to_be_visible()
        for value in values:
            label = self.page.locator(f'[id="n.{node}"] .ms-l label', has_text=value)
            label.locator("input").focus()
            self.page.keyboard.press("Space")
            expect(label.locator("input")).to_be_checked()
        self.page.keyboard.press("Escape")

    def type(self, name: str, text: str) -> None:
        self.page.locator(f'[name="{name}"]').focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, name: str, label: str, *, reshapes: bool = False) -> None:
        field = self.page.locator(f'[name="{name}"]')
        field.focus()
        if not reshapes:
            field.select_option(label=label)
            return
        with self.redrawn():
            field.select_option(label=label)


def test_a_head_builds_the_rule_by_keyboard(live: Live, page: Page) -> None:
    live.sign_in(page, _furnish(live))
    page.goto(f"{live.url}/selections")
    _picture(page, "list")
    page.get_by_role("link", name="Новая выборка").click()
    arrived(page)
    keys = Keys(page)
    keys.type("name", "Корейцы цеха 3")

    keys.add("r", "марка")
    expect(page.get_by_text("Без 1 незаконченного условия.")).to_be_visible()
    expect(page.get_by_text("укажите значение")).to_have_count(0)
    keys.tick("r-0", "Kia", "Hyundai")
    expect(page.locator("[data-count]")).to_have_text("10")

    keys.add("r", "последний заезд")
    _picture(page, "newest")
    keys.add("r-1-0", "цех")
    keys.tick("r-1-0-0", "Цех № 3")
    keys.type("t.r-1-1-0.0", "18")
    keys.type("t.r-1-1-0.1", "12")
    keys.add("r-1-1", "до него есть заезд")
    keys.choose("o.r-1-1-1", "не меньше", reshapes=True)
    keys.type("t.r-1-1-1.0", "2")
    keys.add("r", "есть рекомендация")
    keys.add("r-2-0", "состояние рекомендации")
    keys.tick("r-2-0-0", "Не выполнена")
    expect(page.locator("[data-count]")).to_have_text("5")
    keys.add("r", "клиенту звонили")
    keys.choose("o.r-3", "нет", reshapes=True)
    keys.add("r-3-0", "день звонка")
    keys.type("t.r-3-0-0.0", "60")
    keys.choose("s.r-3-0-0.0", "дней")
    expect(page.locator("[data-count]")).to_have_text("4")
    expect(page.locator(".words")).to_have_text(
        "Марка Hyundai или Kia; последний заезд в цех «Цех № 3» от 18 до 12 месяцев назад, "
        "до него не меньше 2 заездов; есть открытая рекомендация; "
        "клиенту не звонили за последние 60 дней."
    )
    expect(page.get_by_role("link", name="Подходит 0")).to_be_visible()
    _picture(page, "built")
    # The condition that has the focus moves by Alt and an arrow, and keeps the focus.
    page.locator('[id="f.r-0"]').focus()
    with keys.redrawn():
        page.keyboard.press("Alt+ArrowDown")
    expect(page.locator('[id="f.r-1"]')).to_be_focused()
    expect(page.locator("[data-count]")).to_have_text("4")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Выборка «Корейцы цеха 3» сохранена.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366

    page.get_by_role("link", name="Запустить").click()
    arrived(page)
    page.locator("#campaign").select_option(label="Подошло время ТО")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Что получится")).to_be_visible()
    _picture(page, "dry")
    expect(page.get_by_role("region", name="Что получится")).to_be_focused()
    # A changed answer is checked again: the run is off until then.
    now = page.get_by_role("button", name="Запустить")
    hold = page.locator("#hold")
    hold.fill("0")
    expect(now).to_be_disabled()
    expect(page.get_by_text("Ответы изменились: проверьте ещё раз.")).to_be_visible()
    _picture(page, "changed")
    hold.fill("")
    expect(now).to_be_enabled()
    hold.fill("0")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/run?*hold_out=0*")
    expect(now).to_be_enabled()
    arrived(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Можно звонить 4")).to_be_visible()
    page.get_by_role("button", name="Поставить все 4").click()
    expect(page.locator("[data-chosen]")).to_have_text("4")
    arrived(page)
    _picture(page, "leads")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Создано задач: 4.")).to_be_visible()
    _picture(page, "formed")

    # Once more: everybody is found again, and nobody becomes a second task.
    page.get_by_role("link", name="К выборке").click()
    _picture(page, "selection")
    page.get_by_role("link", name="Запустить").click()
    arrived(page)
    page.locator("#campaign").select_option(label="Подошло время ТО")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("новых 0, ушли 0")).to_be_visible()
    arrived(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Уже в работе 4")).to_be_visible()
    expect(page.get_by_text("Здесь некому звонить")).to_be_visible()


def test_a_page_that_comes_with_its_number_is_not_counted_again(live: Live, page: Page) -> None:
    asked: list[str] = []
    live.sign_in(page, _furnish(live))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live.url}/selections/studio/new?kind=lost_by_workshop")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-count]")).to_be_visible()
    assert not [url for url in asked if url.endswith("/studio/count")]


def test_only_what_was_ticked_stays_ticked(live: Live, page: Page) -> None:
    """Also when an act draws the lists anew, with what is chosen at their top."""
    login = _furnish(live)
    with live.given() as given:
        unit = given.unit("Сервис Юг")
        for make in ("Audi", "BMW", "Chery", "Ford", "Geely", "Haval", "Opel", "Skoda"):
            given.asset(given.client(f"Владелец {make}", unit=unit), make=make)
    live.sign_in(page, login)
    page.goto(f"{live.url}/selections/studio/new")
    keys = Keys(page)
    ticked = page.locator('[name="v.r-0"]:checked')

    def values() -> list[str]:
        return sorted(ticked.evaluate_all("boxes => boxes.map(one => one.value)"))

    # Fields are found by other words too, and two letters are the beginning of a word.
    page.locator('[id="n.r"] > .rg-f > details > summary').click()
    field = page.locator('[id="n.r"] > .rg-f [data-narrow]')
    offered = page.locator('[id="n.r"] > .rg-f button[data-narrowed]:visible')
    for words, name in (("контакт", "клиенту звонили"), ("ТО", "Ожидаемое ТО")):
        field.fill(words)
        expect(offered.filter(has_text=name)).to_be_visible()
        expect(offered.filter(has_text="Есть почта" if words == "ТО" else "Модель")).to_have_count(
            0
        )
    field.fill("несуразица")
    expect(page.get_by_text("Ничего не нашлось.")).to_be_visible()
    _picture(page, "nothing")
    page.keyboard.press("Escape")
    keys.add("r", "марка")
    page.locator('[id="n.r-0"] details.ms > summary').focus()
    page.keyboard.press("Enter")
    search = page.locator('[id="n.r-0"] .rule-v [data-narrow]')
    expect(search).to_be_focused()
    # Of several that are left none is ticked by Enter, unless the arrows came to it.
    search.press("Enter")
    assert values() == []
    search.press("ArrowDown")
    for _again in range(2):
        page.keyboard.press("Enter")
    assert values() == [] and "/studio/new" in page.url
    for words in ("киа", "hyu"):
        search.fill(words)
        search.press("Enter")
    page.keyboard.press("Escape")
    keys.add("r", "год выпуска")
    expect(page.locator('[id="n.r-1"]')).to_be_visible()
    assert values() == ["Hyundai", "Kia"]
    expect(page.locator('[id="n.r-0"] details.ms > summary')).to_have_text("Hyundai, Kia")
    expect(page.locator(".words")).to_contain_text("Марка Hyundai или Kia;")

    # A size that is none is told at its field while it is typed, and again by saving.
    sample = page.locator("#sample")
    if not sample.is_visible():
        page.get_by_text("Кого и сколько показать").click()
    sample.fill("абв")
    told = page.locator('[id="e.sample"]')
    expect(told).to_have_text("Введите число от 1 до 10 000 000.")
    _picture(page, "sample")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    arrived(page)
    expect(told).to_be_visible()
    expect(sample).to_have_value("абв")
    assert values() == ["Hyundai", "Kia"]
    sample.fill("5")
    expect(told).to_be_hidden()

    # What is deleted leaves nothing to the condition that takes its place.
    keys.add("r", "марка")
    expect(page.locator('[id="n.r-2"]')).to_be_visible()
    keys.tick("r-2", "Ford")
    for left in (2, 1):
        page.locator('[id="n.r-0"] [name=act][value="del:r-0"]').click()
        expect(page.locator(f'[id="n.r-{left}"]')).to_have_count(0)
    assert values() == ["Ford"]
    # By Z where nothing is typed, and by Ctrl+Z; in a field both are the field's.
    for key in ("z", "Control+z"):
        page.locator('[id="n.r-0"] [name=act][value="del:r-0"]').click()
        expect(page.get_by_text("Удалено: Марка.")).to_be_visible()
        page.locator("#name").fill("Имя")
        page.locator("#name").press(key)
        expect(page.locator("[data-unremove]")).to_be_visible()
        _picture(page, "deleted")
        page.locator("#who").click()
        page.keyboard.press(key)
        expect(page.locator('[id="n.r-0"]')).to_have_count(1)
        expect(page.locator('[id="f.r-0"]')).to_be_focused()
        expect(page.locator("[data-unremove]")).to_have_count(0)
        assert values() == ["Ford"]


def test_a_plan_that_is_switched_keeps_the_focus(live: Live, page: Page) -> None:
    with live.given() as given:
        unit = given.unit("Сервис")
        head = given.employee("Илья Петров", role=Role.HEAD, unit=unit)
        plan = SelectionPlan(
            selection_id=given.selection(unit, head).id, unit_id=unit.id,
            campaign_id=given.campaign().id, answers={}, cadence=Cadence.DAILY, at=time(8),
            created_by=head.id, created_at=NOON,
        )  # fmt: skip
        given.session.add(plan)
        given.session.flush()
        login, address = head.login, f"{live.url}/selections/{plan.selection_id}"
        form = f"{live.url}/selections/plans/{plan.id}"
    live.sign_in(page, login)
    page.goto(address)
    for name, then in (("Выключить", "Включить"), ("Включить", "Выключить")):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=then, exact=True)).to_be_focused()
    page.goto(form)
    page.locator("#per_day").fill("много")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#per_day")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#per_day")).to_be_focused()
    _picture(page, "plan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(live: Live, window: Callable[..., Page], scheme: str) -> None:
    login = _furnish(live)
    page = window(color_scheme=scheme)
    live.sign_in(page, login)
    found: list[Any] = []
    for address in ("/selections", "/selections/studio/new?kind=lost_by_workshop"):
        page.goto(f"{live.url}{address}")
        page.wait_for_load_state("networkidle")
        found += violations(page)
    _picture(page, f"kind-{scheme}")
    page.locator('[id="n.r"] > .rg-f > details > summary').click()
    _picture(page, f"adding-{scheme}")
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="версия 1").click()
    found += violations(page)
    page.get_by_role("link", name="Запустить").click()
    arrived(page)
    page.get_by_label("Цех").select_option(label="Цех № 3")
    page.keyboard.press("Control+Enter")
    page.get_by_role("heading", name="Что получится").wait_for()
    found += violations(page)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Создать рабочие листы").wait_for()
    found += violations(page)
    assert found == []
