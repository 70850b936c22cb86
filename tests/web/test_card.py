"""What hangs on a task as pages without scripts, documents out, the bell and its stream (C4)."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from directory.staff.models import Employee, Role
from tests.bytes_of import DOCX, PDF, png
from tests.given import Given
from tests.web.conftest import Browser
from webui.notification_stream import Slots
from worklists.models.task import Task

BrowserOf = Callable[..., Browser]


@pytest.fixture
def place(prepared: Given) -> tuple[Task, Employee]:
    unit = prepared.unit()
    employee = prepared.employee("Ирина Полякова", unit=unit)
    return prepared.task(unit=unit), employee


def _attach(browser: Browser, task: Task, content: bytes, name: str) -> int:
    answer = browser.post(
        f"/tasks/{task.id}/documents", {"file": (BytesIO(content), name)},
        content_type="multipart/form-data",
    )  # fmt: skip
    return answer.status_code


def test_the_card_works_without_scripts(
    place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    task, me = place
    browser = browser_of(me)
    here = f"/tasks/{task.id}"
    assert f'href="{here}/extras/documents"' in browser.read(here)
    assert browser.post(f"{here}/comments", {"text": "Ключи у мастера"}).status_code == 303
    assert browser.post(f"{here}/comments", {"text": " "}).status_code == 422
    assert browser.post(f"{here}/checklist", {"item": "Спросить про шины"}).status_code == 303
    assert browser.post(f"{here}/watch").status_code == 303
    assert browser.post(f"{here}/links", {"other": "999", "kind": "blocks"}).status_code == 422
    assert browser.post(f"{here}/priority", {"priority": "1"}).status_code == 403
    extras = browser.read(f"{here}/extras")
    assert "Спросить про шины" in extras and "Не наблюдать" in extras
    talk = browser.read(f"{here}/talk")
    assert "Ключи у мастера" in talk
    history = browser.read(f"{here}/talk?tab=timeline&before=nonsense")
    assert "Пункт чек-листа добавлен" in history and "Ключи у мастера" in history
    assert "Комментарии: 1" in browser.read(here)
    assert browser.post("/comments/1", {"text": "Ключи у дилера"}).status_code == 303
    assert browser.post("/comments/1/delete").status_code == 303
    assert "Комментарий удалён автором" in browser.read(f"{here}/talk")


def test_documents_go_out_as_downloads_and_only_pictures_and_pdf_are_shown(
    place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    task, me = place
    browser = browser_of(me)
    for content, name in ((png(), "фото.svg"), (PDF, "акт.html"), (DOCX, "письмо.docx")):
        assert _attach(browser, task, content, name) == 303
    evil = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    assert _attach(browser, task, evil, "фото.png") == 422
    assert _attach(browser, task, b"", "пусто.png") == 422
    for number, kind, is_shown in (
        (1, "image/png", True),
        (2, "application/pdf", True),
        (3, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
    ):
        kept = browser.get(f"/documents/{number}").headers
        assert kept["Content-Disposition"].startswith("attachment")
        assert "sandbox" in kept["Content-Security-Policy"]
        seen = browser.get(f"/documents/{number}/view").headers
        assert seen["Content-Type"].split(";")[0] == kind
        assert seen["X-Content-Type-Options"] == "nosniff"
        assert seen["Content-Disposition"].startswith("inline" if is_shown else "attachment")
    assert browser.post("/documents/1/delete").status_code == 303
    assert browser.get("/documents/1").status_code == 404


def test_a_document_that_is_too_large_is_told(
    app: Flask, place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    task, me = place
    app.config["MAX_CONTENT_LENGTH"] = 5_000
    browser = browser_of(me)
    answer = browser.post(
        f"/tasks/{task.id}/documents", {"file": (BytesIO(b"a" * 9_000), "a.txt")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 413 and "Файл больше" in answer.text


def test_the_bell_tells_when_it_changes(
    prepared: Given, place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    task, me = place
    prepared.notification(task, me)
    browser = browser_of(me)
    bell = browser.get("/notifications/bell", headers={"HX-Request": "true"})
    assert bell.status_code == 200 and 'data-state="1-1"' in bell.text and "1 новое" in bell.text
    assert 'data-state="1-1"' in browser.read("/notifications")
    assert browser.get("/notifications/bell?state=1-1").status_code == 204
    stream = browser.get("/notifications/stream")
    assert stream.mimetype == "text/event-stream"
    assert "event: changed\ndata: 1-1\n\n" in stream.text


def test_a_page_whose_session_ended_asks_in_vain(prepared: Given, browser_of: BrowserOf) -> None:
    browser = browser_of(prepared.employee(unit=prepared.unit()))
    browser.post("/sign-out", {})
    for address in ("/notifications/stream", "/notifications/bell"):
        assert browser.get(address).status_code == 401  # not the sign-in page to a program


def test_streams_take_no_more_threads_than_they_may(
    app: Flask, place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    browser = browser_of(place[1])
    for _ in range(5):
        assert browser.get("/notifications/stream").status_code == 200, "each gives its slot back"
    slots: Slots = app.extensions["stream_slots"]
    assert slots.take()
    assert browser.get("/notifications/stream").status_code == 204
    slots.give_back()
    assert not Slots(3).take()


def test_each_chooses_what_comes_by_mail(
    place: tuple[Task, Employee], browser_of: BrowserOf
) -> None:
    browser = browser_of(place[1], Role.MANAGER)
    chosen = {"address": "ira@example.org", "kind": ["task_given", "invented"]}
    assert browser.post("/notifications/mail", chosen).status_code == 303
    page = browser.read("/notifications/mail")
    assert 'value="ira@example.org"' in page
    assert 'value="task_given" checked' in page and "invented" not in page
    assert browser.post("/notifications/mail", chosen | {"address": "ira"}).status_code == 422
