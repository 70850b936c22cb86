"""What ``prozvon run`` does: prepare the database, then serve pages and sweeps side by side."""

import atexit
import logging
import os
import subprocess
import sys
from pathlib import Path

import click
from flask_babel import gettext as _
from sqlalchemy import update

from campaigns.catalogue import install_catalogue
from campaigns.models import Campaign
from core.clock import database_clock
from core.db import Database
from core.migrations import is_current, upgrade
from core.settings import Settings
from directory.units.company import install_company
from entrypoints.demo.company import demo_logins
from entrypoints.demo.loading import is_empty, is_loaded, load_demo
from entrypoints.languages import in_language

DEMO_PASSWORD = "prozvon-demo-2026"  # noqa: S105 - printed at the start, for demo data only

_PATIENCE_SECONDS = 10
"""How long a sweep may go on when everything is being stopped."""

logger = logging.getLogger(__name__)


def prepare_database(settings: Settings) -> Database:
    """Connect, bring the schema up to date, install what ships; returns the open database.

    What ships is the catalogue and, in an installation without units, the company.
    """
    if settings.is_sqlite:
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    database = Database.connect(settings)
    if not is_current(database):
        upgrade(database)
    with database.unit_of_work() as session:
        now = database_clock(session)
        install_catalogue(session, now=now)
        company = in_language(settings.default_locale, lambda: _("Компания"))
        install_company(session, name=company, now=now)
    return database


def load_demo_data(database: Database, *, password: str | None = None) -> None:
    """Load the demo with a progress bar on a terminal, a line for each step in a log."""
    from tqdm import tqdm

    is_terminal = sys.stderr.isatty()
    with tqdm(total=100, unit="%", desc="demo data", leave=True, disable=not is_terminal) as bar:

        def progress(phase: str, done: int, total: int) -> None:
            percent = int(100 * done / max(total, 1))
            if not is_terminal:
                click.echo(f"demo data, {percent}%: {phase}", err=True)
            bar.set_description(phase)
            bar.update(percent - bar.n)

        load_demo(database, database_clock, progress=progress, password=password or DEMO_PASSWORD)
    with database.unit_of_work() as session:
        # So that it can be tried at any hour; a real installation keeps its calling hours.
        session.execute(
            update(Campaign).values(
                call_from_minute=0, call_until_minute=24 * 60, call_weekdays=0b1111111
            )
        )


def run_everything(settings: Settings, *, with_demo: bool) -> None:
    """Prepare, print where and how to sign in, then serve until stopped."""
    from entrypoints.web import require_free_port, serve

    require_free_port(settings)
    database = prepare_database(settings)
    if with_demo and is_empty(database):
        click.echo("An empty database: loading demo data (once, about half a minute).")
        # A process of its own: what the loading needs in memory is not inherited by the workers.
        sys.stdout.flush()
        loading = subprocess.run([sys.executable, "-m", "entrypoints.running"], check=False)
        if loading.returncode:
            raise SystemExit(loading.returncode)
    _greet(settings, with_logins=is_loaded(database))
    database.dispose()
    _start_sweeps()
    serve(settings)


def _start_sweeps() -> None:
    """Run the scheduler beside; it is stopped when this process ends, by no forked worker."""
    sweeps = subprocess.Popen([sys.executable, "-m", "entrypoints.scheduler"])
    parent = os.getpid()

    def stop() -> None:
        if os.getpid() != parent or sweeps.poll() is not None:
            return
        sweeps.terminate()
        try:
            sweeps.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            sweeps.kill()

    atexit.register(stop)


def _load_first_demo(settings: Settings) -> None:
    database = Database.connect(settings)
    load_demo_data(database)
    database.dispose()


def _greet(settings: Settings, *, with_logins: bool) -> None:
    click.echo(f"\nProzvon: http://{settings.host}:{settings.port}/\n")
    if with_logins:
        click.echo(f"Demo logins (password of each: {DEMO_PASSWORD}):")
        for person in demo_logins():
            click.echo(f"  {person.login:<14} {person.role:<32} {person.unit}")
    else:
        click.echo("No demo data here. The first person, if there is none yet:")
        click.echo('  prozvon user add boss --name "Full Name" --role administrator --role head')
    click.echo("\nCtrl+C stops it.", nl=True)
    sys.stdout.flush()


if __name__ == "__main__":
    _load_first_demo(Settings.from_environment())
