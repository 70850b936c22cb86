"""Facts about the machine and the libraries, for whoever reads the numbers later."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LIBRARIES = ("SQLAlchemy", "psycopg", "Flask", "gunicorn", "python-calamine", "XlsxWriter")


def machine_facts() -> dict[str, Any]:
    """Processor, memory, kernel, versions and the load at this moment."""
    from pysqlite3 import dbapi2

    return {
        "cpu": _line_of("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": dbapi2.sqlite_version,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def _line_of(path: str, name: str) -> str:
    if not Path(path).exists():
        return ""
    lines = (line.partition(":") for line in Path(path).read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")
