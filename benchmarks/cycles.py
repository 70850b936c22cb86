"""A manager's round through the real server: next client, the task's page, «no answer» saved.

gunicorn as production runs it, on the loopback; eight signed-in people, each on one connection.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.company import Company, found_company
from benchmarks.filling import Shape, fill_tasks
from benchmarks.harness import Goal, Line, percentile, plain_line
from benchmarks.places import Place, cpu_of_family, fresh_place
from benchmarks.registry import Options
from directory.staff.models import Role

USERS = 8
_ROOT = Path(__file__).resolve().parent.parent
_SERVE = (
    "from core.settings import Settings; from entrypoints.web import serve;"
    " serve(Settings.from_environment())"
)


def run(options: Options) -> Iterator[Line]:
    """Everybody in one unit: the worst case for the queue."""
    tasks = options.pick(20_000, 1_000_000)
    seconds = options.pick(4, 15)
    for engine in options.engines:
        with fresh_place(engine) as place:
            company = found_company(place)
            fill_tasks(place, company, tasks, Shape.QUEUE)
            with _server(place) as (port, cpu):
                found, burned = _all_users(place, company, port, seconds, cpu)
            steps = [step for one in found for step in one.steps]
            done = sum(len(one.steps) // 3 for one in found)
            told = {
                f"{name}_p95_ms": round(percentile(steps_of(found, at), 0.95), 1)
                for at, name in enumerate(("next", "page", "save"))
            }
            yield plain_line("cycles", engine, tasks, "next + page + save, 8 users", "/s",
                             [done / seconds], Goal(150, "at least"),
                             cpu_ms_a_cycle=round(burned * 1e3 / done, 1), **told)  # fmt: skip
            yield plain_line("cycles", engine, tasks, "answer of any of them: p95", "ms",
                             [percentile(steps, 0.95)], Goal(100),
                             p50_ms=round(percentile(steps, 0.5), 1),
                             longest_ms=int(max(steps)))  # fmt: skip
            yield plain_line("cycles", engine, tasks, "tasks handed to two people", "",
                             [float(_handed_twice(found))], Goal(0))  # fmt: skip


def steps_of(found: "list[User]", at: int) -> list[float]:
    """The milliseconds of one kind of step, of all users."""
    return [step for one in found for step in one.steps[at::3]]


class User:
    """A signed-in person on one keep-alive connection."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = {"sid": token}
        self.steps: list[float] = []
        self.tasks: list[int] = []
        page = self._ask("GET", "/my")[1]
        self._csrf = _found(r'name="csrf-token" content="([^"]+)"', page)

    def warm_up(self) -> None:
        """Two rounds that do not count: statements and templates get compiled."""
        for _ in range(2):
            self._round()
        self.steps.clear()

    def work_until(self, end: float) -> "User":
        """Go round until the time is over; one more round than fits is finished and counted."""
        while time.perf_counter() < end:
            self._round()
        self._connection.close()
        return self

    def _round(self) -> None:
        answer, _ = self._timed("POST", "/queue/next")
        task_id = int(_found(r"/tasks/(\d+)", answer.headers.get("Location", "")))
        self.tasks.append(task_id)
        _, page = self._timed("GET", f"/tasks/{task_id}")
        form = page[page.index('id="oc"') - 3000 :]
        answer, text = self._timed(
            "POST",
            f"/tasks/{task_id}/attempts",
            outcome="no_answer",
            version=_hidden("version", form),
            token=_hidden("token", form),
            form_key=uuid4().hex,
        )
        if answer.status != 303:
            raise AssertionError(f"saving task {task_id} was answered with {answer.status}")
        del text

    def _timed(self, method: str, address: str, **form: str) -> tuple[HTTPResponse, str]:
        began = time.perf_counter()
        answer = self._ask(method, address, **form)
        self.steps.append((time.perf_counter() - began) * 1e3)
        return answer

    def _ask(self, method: str, address: str, **form: str) -> tuple[HTTPResponse, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if method == "POST":
            body = urlencode({"csrf_token": self._csrf, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, address, body=body, headers=headers)
            answer = self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, RemoteDisconnected):
            # gunicorn closes a connection that was idle for two seconds; a browser asks again too.
            self._connection.close()
            self._connection.request(method, address, body=body, headers=headers)
            answer = self._connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if answer.status >= 400:
            raise AssertionError(f"{method} {address} was answered with {answer.status}")
        return answer, text


def _all_users(
    place: Place, company: Company, port: int, seconds: float, cpu: Callable[[], float]
) -> tuple[list[User], float]:
    """The users after their work, and the CPU seconds of web and database server meanwhile."""
    people = company.manager_ids[company.unit_ids[0]][:USERS]
    users = [User(port, company.sign_in(place, person, Role.MANAGER)) for person in people]
    with ThreadPoolExecutor(USERS) as pool:
        list(pool.map(User.warm_up, users))
        before, end = cpu(), time.perf_counter() + seconds
        found = list(pool.map(lambda user: user.work_until(end), users))
        return found, cpu() - before


def _handed_twice(found: list[User]) -> int:
    handed = [task for one in found for task in one.tasks]
    return len(handed) - len(set(handed))


@contextmanager
def _server(place: Place) -> Iterator[tuple[int, Callable[[], float]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = os.environ | {
        "PROZVON_DATABASE_URL": place.settings.database_url,
        "PROZVON_VAR": str(place.settings.var_dir),
        "PROZVON_SECRET_KEY": place.settings.secret_key,
        "PROZVON_PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-c", _SERVE], cwd=_ROOT, env=environment)
    try:
        _wait_for(port)
        database_cpu = place.server_cpu or (lambda: 0.0)
        yield port, lambda: cpu_of_family(process.pid) + database_cpu()
    finally:
        process.terminate()
        process.wait(timeout=40)


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sign-in")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise AssertionError(f"{pattern} is not in {text[:300]!r}")
    return match[1]


def _hidden(name: str, form: str) -> str:
    tag = _found(rf'(<input[^>]*name="{name}"[^>]*>)', form)
    return _found(r'value="([^"]*)"', tag)
