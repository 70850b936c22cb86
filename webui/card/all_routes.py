"""Every route of the card's extras, registered by importing its module."""

from webui.card import checklist, comments, documents, links, priority, sections, talk, watchers
from webui.card.routes import bp

MODULES = (checklist, comments, documents, links, priority, sections, talk, watchers)

__all__ = ["MODULES", "bp"]
