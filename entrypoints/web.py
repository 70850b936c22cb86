"""The web server: gunicorn, several workers where the database allows, never Flask's own server."""

import os
import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from core import logs
from core.clock import database_clock
from core.db import Database
from core.settings import SettingError, Settings
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


class PortTaken(SettingError):
    """Another program listens on this port already (perhaps Prozvon itself, started before)."""


def require_free_port(settings: Settings) -> None:
    """Raise PortTaken when somebody listens there: workers share a port and would not notice."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PortTaken(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}). Is Prozvon "
                "running already? Another port: PROZVON_PORT=8001"
            ) from error


def serve(settings: Settings) -> None:
    """Serve pages until the process is told to stop. Raises PortTaken."""
    require_free_port(settings)
    WebServer(settings).run()
