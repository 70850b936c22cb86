"""``python -m benchmarks [NAME…] [--size …] [--engine …] [--json FILE]``.

Prints a line per measure with its goal and the verdict; a missed goal never fails the run.
"""

import argparse
import json
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import Line, is_noisy
from benchmarks.machine import machine_facts
from benchmarks.registry import BENCHES, Options, Size
from benchmarks.table import heading, printed

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    """Run what was asked for and print it; 1 when a bench broke down."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}")
    parser.add_argument("--size", choices=tuple(Size), type=Size, default=Size.SMOKE)
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    parser.add_argument("--json", type=Path, help="write all lines and machine facts here")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(BENCHES):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    facts = machine_facts()
    print(
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB, load "
        f"{facts['load'][0]}; Python {facts['python']}, SQLite {facts['sqlite']}",
        flush=True,
    )
    if is_noisy():
        print("Others use this machine: read the ratios, not the seconds.", flush=True)
    started, broken, lines = datetime.now(UTC), 0, list[Line]()
    print(heading(), flush=True)
    for name in asked.names or BENCHES:
        try:
            for line in BENCHES[name](Options(size=asked.size, engines=engines)):
                lines.append(line)
                print(printed(line), flush=True)
        except Exception:
            broken += 1
            print(f"{name} broke down:", file=sys.stderr)
            traceback.print_exc()
        if asked.json is not None:
            # After every bench: a long run that is stopped leaves what it has.
            told = {
                "started_at": started.isoformat(timespec="seconds"),
                "seconds": round((datetime.now(UTC) - started).total_seconds()),
                "size": asked.size.value,
                "machine": facts,
                "lines": [line.as_json() for line in lines],
            }
            asked.json.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
