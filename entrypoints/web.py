"""The web server: gunicorn, several workers where the database allows, never Flask's own server."""

import os
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from core import logs
from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from entrypoints.wiring import GRANTS
from webui.app import create_app


def application(settings: Settings) -> Flask:
    """The WSGI application of one worker process, with connections of its own."""
    logs.set_up(as_json=settings.json_logs)
    return create_app(settings, Database.connect(settings), database_clock, GRANTS)


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by our settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        values: dict[str, Any] = {
            "bind": f"{settings.host}:{settings.port}",
            "workers": settings.web_workers,
            "threads": settings.web_threads,
            "worker_class": "gthread",
            # Without it keep-alive connections stick to one worker and the other idles.
            "reuse_port": settings.web_workers > 1,
            "max_requests": 50_000,
            "max_requests_jitter": 5_000,
            "graceful_timeout": 30,
            "timeout": 120,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: PTH112, S108
            "loglevel": "warning",
            "proc_name": "prozvon",
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return application(self._settings)


def serve(settings: Settings) -> None:
    """Serve pages until the process is told to stop."""
    WebServer(settings).run()
