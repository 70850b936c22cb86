"""A desk in the browser at which files of records are loaded, and the rows that it is given."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.db import Database
from directory.clients.models import Client
from directory.units.models import Unit
from importers.loads.models import LoadState, RecordLoad
from importers.loads.working import work_on_loads
from tests.given import Given
from tests.web.conftest import Browser, HandClock
from tests.workbooks import write_file

CLIENT_HEADINGS = ("ФИО", "Телефон", "Код клиента")
IVANOV = ("Иванов Иван Иванович", "8 (916) 123-45-67", "К-1")
PETROVA = ("Петрова Анна", "+7 903 765-43-21", "К-2")
NOBODY = ("Сидоров Пётр", "12", "")
ODD_HEADINGS = ("Кто это", "Связь", "Прочее")


@dataclass
class LoadDesk:
    """A manager's browser, the unit, and the background."""

    browser: Browser
    unit: Unit
    database: Database
    clock: HandClock
    folder: Path

    def send(self, path: Path, fmt: str = "clients", **changes: Any) -> TestResponse:
        data = {"unit": str(self.unit.id), "format": fmt} | changes
        data["file"] = (io.BytesIO(path.read_bytes()), path.name)
        return self.browser.post(
            "/selections/files", data, content_type="multipart/form-data", buffered=True
        )

    def write(self, *rows: tuple[str, ...], headings: tuple[str, ...] = CLIENT_HEADINGS) -> Path:
        return write_file(self.folder / "клиенты.xlsx", *rows, headings=headings)

    def ask(self, *rows: tuple[str, ...], headings: tuple[str, ...] = CLIENT_HEADINGS) -> str:
        answer = self.send(self.write(*rows, headings=headings))
        assert answer.status_code == 303, answer.text[:300]
        return str(answer.location)

    def work(self) -> int:
        return work_on_loads(self.database, self.clock, folder=self.folder / "loads")

    def loaded(self, *rows: tuple[str, ...]) -> str:
        """The address of a load of these rows that is done."""
        address = self.ask(*rows)
        self.work()
        assert self.browser.post(f"{address}/run", {"form_key": "run"}).status_code == 303
        self.work()
        return address

    def clients(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Client)) or 0

    def state(self) -> LoadState:
        with self.database.reading() as session:
            return session.scalars(select(RecordLoad).order_by(RecordLoad.id.desc())).first().state  # type: ignore[union-attr]


@pytest.fixture
def desk(
    app: Flask,
    prepared: Given,
    browser_of: Callable[..., Browser],
    database: Database,
    clock: HandClock,
    tmp_path: Path,
) -> LoadDesk:
    prepared.catalogue()
    unit: Unit = prepared.unit("Сервис Север")
    prepared.workshop(parent=unit)
    person = prepared.employee("Мария Менеджер", unit=unit)
    folder = app.extensions["prozvon"].settings.var_dir
    assert folder.is_relative_to(tmp_path)
    return LoadDesk(browser_of(person), unit, database, clock, folder)
