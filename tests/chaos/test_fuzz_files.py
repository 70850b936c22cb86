"""Mutated files of every kind: only ``FileRefused`` leaves, in time, in memory, without a trace.

``PROZVON_CHAOS=full`` reads 10,000 of them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.test_queue import FULL

pytestmark = pytest.mark.chaos
FILES = 10_000 if FULL else 150
IN_A_TEST = FILES // 10
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("part", range(10))
def test_mutated_files_end_as_rows_or_as_a_refusal(part: int, tmp_path: Path) -> None:
    first, last = str(part * IN_A_TEST), str((part + 1) * IN_A_TEST)
    command = [sys.executable, "-m", "tests.chaos.fuzzing", first, last, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
