"""Write the generated pages of docs/: the life cycle of a task and the permission matrix.

``python scripts/docs.py`` writes them; a test compares them with what the code says.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.access import Permission  # noqa: E402
from directory.staff.models import Role  # noqa: E402
from entrypoints.wiring import GRANTS  # noqa: E402
from worklists.lifecycle import CLOSED, TRANSITIONS, UNDONE, TaskAction, TaskState  # noqa: E402


def lifecycle() -> str:
    """The transition table as a diagram and as a table."""
    lines = ["# The life of a task", "", "Generated from `worklists/lifecycle.py`.", "",
             "```mermaid", "stateDiagram-v2", "    [*] --> planned"]  # fmt: skip
    steps = [(a, act, b) for (a, act), b in TRANSITIONS.items()]
    steps += [(a, TaskAction.UNDO, b) for a in UNDONE for b in TaskState if b in UNDONE[a]]
    lines += [f"    {a} --> {b}: {act}" for a, act, b in steps]
    lines += [f"    {state} --> [*]" for state in TaskState if state in CLOSED]
    lines += ["```", "", "| from | action | to |", "|---|---|---|"]
    lines += [f"| {a} | {act} | {b} |" for a, act, b in steps]
    unused = [act for act in TaskAction if act not in {action for _, action, _ in steps}]
    assert not unused, unused
    return "\n".join(lines) + "\n"


def permissions() -> str:
    """The matrix of roles and permissions."""
    every: list[Permission] = sorted({p for granted in GRANTS.values() for p in granted})
    lines = ["# Who may do what", "", "Generated from `entrypoints/wiring.py`; which rows a "
             "person sees is a question of units, not of roles.", "",
             f"| permission | {' | '.join(Role)} |", "|---" * (len(Role) + 1) + "|"]  # fmt: skip
    for permission in every:
        marks = ("✓" if permission in GRANTS[role] else "" for role in Role)
        lines.append(f"| `{permission}` | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


PAGES = {"lifecycle.md": lifecycle, "permissions.md": permissions}


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page())


if __name__ == "__main__":
    main()
