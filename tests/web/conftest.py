"""Pages as a browser without scripts sees them, on both engines, at NOON on a Wednesday."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.db import Database
from core.settings import Settings
from directory.staff.models import Employee, Role
from directory.staff.sessions import open_session
from tests.application import application
from tests.conftest import NOON
from tests.given import Given


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self, _session: Session) -> datetime:
        return self.now


class Browser:
    """A signed-in person's browser: follows tokens and form keys as a real one would."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def get(self, address: str, **options: Any) -> TestResponse:
        return self._client.get(address, buffered=True, **options)

    def read(self, address: str) -> str:
        """The page's text; fails unless it was answered with 200 and has one h1."""
        answer = self.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
        assert len(re.findall(r"<h1[ >]", answer.text)) == 1, address
        return answer.text

    def post_without_token(self, address: str, **options: Any) -> TestResponse:
        """Post an empty form as another site would: signed in, without the token."""
        return self._client.post(address, **options)

    def post(
        self, address: str, data: dict[str, Any] | None = None, **options: Any
    ) -> TestResponse:
        """Post a form with the CSRF token of a page that was read before."""
        token = re.search(r'name="csrf-token" content="([^"]+)"', self._client.get("/nowhere").text)
        assert token is not None
        return self._client.post(
            address, data={"csrf_token": token.group(1)} | (data or {}), **options
        )


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def app(settings: Settings, database: Database, clock: HandClock) -> Flask:
    app = application(settings, database, clock)
    app.config["STREAM_SECONDS"] = 0
    return app


@pytest.fixture
def prepared(database: Database) -> Iterator[Given]:
    """Builders whose rows the pages see once a browser is asked for: that commits them."""
    with database.writing_session() as session:
        yield Given(session)


@pytest.fixture
def browser_of(app: Flask, prepared: Given) -> Callable[..., Browser]:
    """Sign a person in: ``browser_of(employee, role=Role.HEAD)``; commits what was prepared."""

    def sign_in(employee: Employee, role: Role = Role.MANAGER) -> Browser:
        token = open_session(
            prepared.session, employee.id, role=role, now=NOON, longest=timedelta(hours=14)
        )
        prepared.session.commit()
        client = app.test_client()
        client.set_cookie("sid", token)
        return Browser(client)

    return sign_in


def read_workbook(answer: TestResponse) -> list[tuple[Any, ...]]:
    """The rows of the first sheet of an answered workbook, formulas left as they are."""
    from io import BytesIO

    from openpyxl import load_workbook

    workbook = load_workbook(BytesIO(answer.data))
    rows = list(workbook.worksheets[0].iter_rows(values_only=True))
    workbook.close()
    return rows
