"""The ticker: survives failing jobs, stops when told, gives up on itself when it hangs."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core.schedule import Job
from entrypoints import scheduler
from entrypoints.scheduler import HUNG, run_scheduler

OFTEN = timedelta(seconds=0.05)
NO_DATABASE: Any = None


def ignore(*_: object) -> Any:
    return None


def test_a_failing_job_is_tried_again_and_disturbs_no_other() -> None:
    stop, ran = threading.Event(), {"bad": 0, "good": 0}

    def bad(*_: object) -> int:
        ran["bad"] += 1
        raise RuntimeError

    def good(*_: object) -> int:
        ran["good"] += 1
        if min(ran.values()) >= 3:
            stop.set()
        return 1

    run_scheduler(NO_DATABASE, ignore, [Job("bad", OFTEN, bad), Job("good", OFTEN, good)], stop)
    assert min(ran.values()) >= 3


def test_a_hanging_job_ends_the_process() -> None:
    released, exits = threading.Event(), []

    def hang(*_: object) -> int:
        released.wait(30)
        return 0

    def give_up(code: int) -> None:
        exits.append(code)
        released.set()

    run_scheduler(NO_DATABASE, ignore, [Job("hang", OFTEN, hang)], threading.Event(),
                  patience=0.3, give_up=give_up)  # fmt: skip
    assert exits == [HUNG]


def test_a_long_sweep_lives_by_its_batches_and_stops_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, batches, exits = threading.Event(), [], []
    # Seconds pass with the batches: a machine that stands still for a while makes nobody silent.
    monkeypatch.setattr(scheduler, "time", SimpleNamespace(monotonic=lambda: len(batches) * 0.3))

    def long(_database: object, clock: Any) -> int:
        while True:
            clock(None)
            batches.append(1)
            if len(batches) == 12:
                stop.set()
            threading.Event().wait(0.05)

    run_scheduler(NO_DATABASE, ignore, [Job("long", OFTEN, long)], stop, patience=0.4,
                  give_up=exits.append)  # fmt: skip
    assert (len(batches), exits) == (12, [])
