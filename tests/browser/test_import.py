"""From the importer's file to the board, in a real browser."""

import re
from pathlib import Path

from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Live, arrived, assert_accessible

SAMPLES = Path(__file__).parents[2] / "samples"


def _sign_in(live: Live, page: Page) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        login = given.employee("Мария Менеджер", unit=unit).login
    live.sign_in(page, login)


def _load(page: Page, name: str) -> None:
    page.goto("/selections/files")
    page.set_input_files("#f-file", SAMPLES / name)
    expect(page.locator("[data-drop-name]")).to_have_text(Path(name).name)
    page.get_by_role("button", name="Загрузить", exact=True).click()


def test_upload_tick_create_and_go_to_the_board(live: Live, page: Page) -> None:
    _sign_in(live, page)
    page.goto("/selections/files")
    assert_accessible(page)
    _load(page, "to-2026-11.xlsx")
    expect(page.get_by_role("heading", level=1)).to_have_text("to-2026-11.xlsx")
    assert_accessible(page)
    boxes = page.locator('input[name="row"][type="checkbox"]')
    boxes.nth(0).check()
    boxes.nth(1).check()
    main = page.get_by_role("button", name="Создать рабочие листы")
    expect(main).to_contain_text("(2)")
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_text("из них не показаны: 2")).to_be_visible()
    boxes.nth(0).check()
    expect(main).to_contain_text("(3)")
    main.click()
    expect(page.get_by_role("heading", name="Создано задач: 3")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="К этапам").click()
    expect(page.locator(".k-new .n").first).to_have_text("3")


def test_all_at_once_and_a_second_time_nothing(live: Live, page: Page) -> None:
    _sign_in(live, page)
    _load(page, "to-2026-11.xlsx")
    page.get_by_role("button", name="Поставить все").click()
    expect(page.get_by_text("Выбраны все")).to_be_visible()
    page.get_by_role("button", name="Создать рабочие листы").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Рабочие листы созданы")
    _load(page, "to-2026-11.xlsx")
    expect(page.get_by_text("Этот файл уже загружен")).to_be_visible()
    expect(page.get_by_text("Создавать нечего")).to_be_visible()


def test_a_refused_file_keeps_the_choice(live: Live, page: Page) -> None:
    _sign_in(live, page)
    page.goto("/selections/files")
    page.locator('input[value="lost-clients"]').check()
    page.set_input_files("#f-file", SAMPLES / "bad" / "encrypted.xlsx")
    page.get_by_role("button", name="Загрузить", exact=True).click()
    expect(page.locator('.notice[role="alert"]').first).to_contain_text("защищён паролем")
    expect(page.locator('input[name="format"][value="lost-clients"]')).to_be_checked()


def test_a_file_beyond_the_limit_is_told_before_it_is_sent(
    live: Live, page: Page, tmp_path: Path
) -> None:
    _sign_in(live, page)
    page.goto("/selections/files")
    large = tmp_path / "large.xlsx"
    with large.open("wb") as file:
        file.truncate(201 << 20)
    page.set_input_files("#f-file", large)
    expect(page.locator("#too-large")).to_be_visible()


def test_ticks_survive_reloading_filters_and_going_back(live: Live, page: Page) -> None:
    _sign_in(live, page)
    _load(page, "to-2026-11.xlsx")
    boxes = page.locator('input[name="row"][type="checkbox"]')
    main = page.get_by_role("button", name="Создать рабочие листы")
    expect(main).to_be_disabled()
    assert main.evaluate("e => getComputedStyle(e).cursor") == "not-allowed"
    expect(page.get_by_text("Отметьте строки, для которых")).to_be_visible()
    boxes.nth(0).check()
    with page.expect_response(_two_are_kept):
        boxes.nth(1).check()
    page.reload()
    expect(main).to_contain_text("(2)")
    page.locator(".chip", has_text="Повтор").first.click()
    expect(page.get_by_text("из них не показаны: 2")).to_be_visible()
    page.go_back()
    expect(main).to_contain_text("(2)")
    main.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Рабочие листы созданы")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("to-2026-11.xlsx")
    expect(boxes.nth(0)).not_to_be_checked()


def _two_are_kept(answer: Response) -> bool:
    """Between the ticks of a slow hand the first one may be kept alone."""
    return answer.status == 204 and (answer.request.post_data or "").count("row=") == 2


def test_back_after_a_refused_upload(live: Live, page: Page) -> None:
    _sign_in(live, page)
    _load(page, "bad/empty-sheet.xlsx")
    expect(page.locator(".notice.tone-danger[role=alert]:visible")).to_contain_text("нет строк")
    page.reload()
    expect(page.locator("#f-file")).to_be_attached()
    page.goto("/my")
    page.go_back()
    expect(page.locator("#f-file")).to_be_attached()


def test_what_was_created_is_taken_back_with_one_question(live: Live, page: Page) -> None:
    _sign_in(live, page)
    _load(page, "to-2026-11.xlsx")
    page.get_by_role("button", name="Поставить все").click()
    page.get_by_role("button", name="Создать рабочие листы").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Рабочие листы созданы")
    arrived(page)
    result = page.url
    page.get_by_role("button", name="Отменить созданное").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"Исчезнут \d+ задач"))
    page.get_by_role("dialog").get_by_role("button", name="Отменить созданное").click()
    expect(page.get_by_text("Строки файла снова ждут")).to_be_visible()
    page.goto(result)
    expect(page.get_by_role("heading", name="Задач из этого файла больше нет")).to_be_visible()
    assert_accessible(page)
