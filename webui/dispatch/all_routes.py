"""Every route of the dispatch board, registered by importing its module."""

from webui.dispatch import board, filters, people, runs, ticks
from webui.dispatch.routes import bp

MODULES = (board, filters, people, runs, ticks)

__all__ = ["MODULES", "bp"]
