"""Write the corpus: ``python -m tests.corpus.build FOLDER``."""

import sys
from pathlib import Path

from tests.corpus.catalogue import CASES


def main(arguments: list[str]) -> int:
    """Write every file and say what is wrong with it."""
    if len(arguments) != 1:
        print("usage: python -m tests.corpus.build FOLDER")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        path = case.write(folder)
        outcome = case.refusal or f"{len(case.rows or ()) or case.count} rows"
        print(f"{path.name}: {case.wrong} → {outcome}")
    print(f"{len(CASES)} files")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
