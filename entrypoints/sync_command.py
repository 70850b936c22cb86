"""``prozvon sync``: a folder of files from 1C, loaded by hand."""

import sys
from pathlib import Path

import click

from core.settings import Settings
from entrypoints.refusals import told


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--unit",
    "unit_code",
    default=None,
    help="Code of the unit whose files lie in no folder of a unit; may be left out when there is "
    "one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of each file as JSON.")
@told
def sync(folder: Path, unit_code: str | None, as_json: bool) -> None:
    """Load clients, vehicles, orders and advised work that 1C has put into a folder.

    What each file is its headings tell. Content that was loaded before is left out. Ends with 2
    when a file was refused.
    """
    from entrypoints.files import FileNotTaken
    from entrypoints.folders import say_files, synchronise

    try:
        told = synchronise(folder, unit_code=unit_code, settings=Settings.from_environment())
    except FileNotTaken as refused:
        raise click.ClickException(str(refused)) from None
    say_files(told, as_json=as_json)
    if told["refused"]:
        sys.exit(2)
