"""The command line. Each command opens a unit of work, calls a use-case and prints a sentence.

Heavy modules are imported by the command that needs them: ``prozvon --help`` answers at once.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.settings import Settings
from entrypoints.refusals import told
from entrypoints.sync_command import sync

if TYPE_CHECKING:
    from entrypoints.people import UnitNotNamed

FORMATS = (
    "maintenance-due", "lost-clients", "recall", "clients", "vehicles", "visits",
    "recommendations", "do-not-call", "results",
)  # fmt: skip
KINDS = ("centre", "department", "workshop")
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
ROLES = ("manager", "operator", "supervisor", "head", "analyst", "administrator")


class _Refused(click.ClickException):
    """The file cannot be read."""

    exit_code = 2


def _asked_password() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _which_unit(error: "UnitNotNamed", option: str) -> str:
    missing = f"There is no such unit: {error.code}. " if error.code is not None else ""
    if not error.codes:
        return f"{missing}There are no units yet: run «prozvon db upgrade»."
    return f"{missing}Name the unit by {option}, one of: {', '.join(error.codes)}"


@click.group()
@click.version_option(package_name="prozvon")
def main() -> None:
    """Prozvon: outbound campaigns and work-lists."""


@main.command()
@click.option("--no-demo", is_flag=True, help="Do not load demo data into an empty database.")
@told
def run(no_demo: bool) -> None:
    """Set up the embedded database if needed and serve pages and scheduler in one go."""
    from entrypoints.running import run_everything

    run_everything(Settings.from_environment(), with_demo=not no_demo)


@main.command()
@told
def web() -> None:
    """Serve pages only; run ``prozvon scheduler`` beside it."""
    from entrypoints.web import serve

    serve(Settings.from_environment())


@main.command()
@told
def scheduler() -> None:
    """Run the sweeps only; any number of schedulers may run."""
    from entrypoints.scheduler import serve_sweeps

    serve_sweeps(Settings.from_environment())


@main.group()
def db() -> None:
    """The database schema."""


@db.command("upgrade")
@told
def db_upgrade() -> None:
    """Bring the schema to the newest revision and install the catalogue that ships."""
    from entrypoints.running import prepare_database

    settings = Settings.from_environment()
    prepare_database(settings).dispose()
    click.echo("The schema is at the newest revision.")


@db.command("check")
@told
def db_check() -> None:
    """Tell whether the schema is at the newest revision (exit code 1 when it is not)."""
    from core.db import Database
    from core.migrations import is_current

    if not is_current(Database.connect(Settings.from_environment())):
        click.echo("The schema is behind: run «prozvon db upgrade».")
        sys.exit(1)
    click.echo("The schema is at the newest revision.")


@main.group()
def demo() -> None:
    """Demo data."""


@demo.command("load")
@click.option("--password", default=None, help="Password of every demo person.")
@told
def demo_load(password: str | None) -> None:
    """Fill an empty database with a dealer group at work."""
    from entrypoints.running import load_demo_data, prepare_database

    settings = Settings.from_environment()
    database = prepare_database(settings)
    load_demo_data(database, password=password)
    database.dispose()


@main.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Full name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    help="What the person does; may be repeated.",
)
@click.option(
    "--unit",
    default=None,
    help="Code of the unit. May be left out when there is one, and for an administrator, who is "
    "then one of the whole company.",
)
@click.option("--password", default=None, help="Asked for when left out.")
@told
def user_add(
    login: str, name: str, roles: tuple[str, ...], unit: str | None, password: str | None
) -> None:
    """Add a person with roles at a unit."""
    from entrypoints.people import (
        UnitNotNamed,
        add_person,
        require_new_person,
        require_usable_password,
    )

    try:
        require_new_person(login, unit_code=unit, roles=roles)
        password = password or _asked_password()
        require_usable_password(login, password)
        code = add_person(login, name=name, roles=roles, unit_code=unit, password=password)
    except UnitNotNamed as error:
        raise click.ClickException(_which_unit(error, "--unit")) from None
    click.echo(f"{login} can sign in now ({', '.join(roles)} at {code}).")


@user.command("set-password")
@click.argument("login")
@click.option("--password", default=None, help="Asked for when left out.")
@told
def user_set_password(login: str, password: str | None) -> None:
    """Set a password; every session of the person ends."""
    from entrypoints.people import change_password, require_person, require_usable_password

    require_person(login)
    password = password or _asked_password()
    require_usable_password(login, password)
    change_password(login, password=password)
    click.echo(f"The password of {login} is changed, all sessions are ended.")


@main.group()
def unit() -> None:
    """Units: the company's centres, departments and workshops."""


@unit.command("add")
@click.argument("code")
@click.option("--name", required=True, help="What people read.")
@click.option(
    "--kind", type=click.Choice(KINDS), default="department", show_default=True, help="What it is."
)
@click.option("--parent", default=None, help="Code of the unit above; the company when left out.")
@click.option("--time-zone", default=None, help="IANA zone; that of the unit above when left out.")
@told
def unit_add(code: str, name: str, kind: str, parent: str | None, time_zone: str | None) -> None:
    """Add a unit to the tree."""
    from entrypoints.people import UnitNotNamed, add_unit_below

    try:
        above = add_unit_below(code, name=name, kind=kind, parent_code=parent, time_zone=time_zone)
    except UnitNotNamed as error:
        raise click.ClickException(_which_unit(error, "--parent")) from None
    click.echo(f"{code} is there, below {above}.")


@unit.command("list")
@told
def unit_list() -> None:
    """The tree with the codes that other commands ask for."""
    from entrypoints.people import all_units

    for row in all_units():
        click.echo(f"{'  ' * row.depth}{row.unit.code:<16} {row.unit.kind:<11} {row.unit.name}")


@main.command("import")
@click.argument("variant", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("file", type=EXISTING)
@click.option(
    "--unit", "unit_code", default=None, help="Code of the unit; may be left out when there is one."
)
@click.option("--all", "form_all", is_flag=True, help="Form work-lists of all rows at once.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen; nothing is written.")
@click.option("--mapping", type=EXISTING, help="JSON: heading → code of a field, or null.")
@click.option("--workshop", default=None, help="Name or code: for work orders that name none.")
@click.option("--report", type=click.Path(path_type=Path), help="Write rows with errors, XLSX.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@told
def import_(variant: str, file: Path, as_json: bool, **options: Any) -> None:
    """Load a file; with --all also form its work-lists. Harmless twice.

    Ends with 0 when the file was read, with 2 when it was refused.
    """
    from entrypoints.files import FileNotTaken
    from entrypoints.imports import FileTurnedDown, Wish, import_file, say_counts

    wish = Wish(variant=variant, path=file, **options)
    try:
        counts = import_file(wish, settings=Settings.from_environment())
    except FileTurnedDown as refused:
        if as_json:
            click.echo(json.dumps({"error": str(refused)}, ensure_ascii=False))
            raise SystemExit(_Refused.exit_code) from None
        raise _Refused(str(refused)) from None
    except FileNotTaken as refused:
        raise click.ClickException(str(refused)) from None
    say_counts(counts, as_json=as_json)


main.add_command(sync)


@main.group()
def export() -> None:
    """Lists as XLSX."""


@export.command("attempts")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--unit", default=None, help="Code of the unit; all units when left out.")
@told
def export_attempts_(file: Path, since: datetime, until: datetime, unit: str | None) -> None:
    """The journal of attempts of these days, both included."""
    from entrypoints.files import FileNotTaken, export_attempts

    first, last = sorted((since.date(), until.date()))
    try:
        count = export_attempts(
            file,
            since=first,
            until=last,
            unit_code=unit,
            settings=Settings.from_environment(),
        )
    except FileNotTaken as refused:
        raise click.ClickException(str(refused)) from None
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"{count} attempts are in {file}.")
