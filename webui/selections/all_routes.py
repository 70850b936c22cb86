"""All routes of «Выборки» but those of the builder and of files: importing them puts them there."""

from webui.selections import plans, run, run_leads, versions
from webui.selections.studio_list import bp

MODULES = (plans, run, run_leads, versions)

__all__ = ["bp"]
