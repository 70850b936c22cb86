"""What is chosen among the leads of a run: ticked ones, or all of a filter but those unticked."""

from dataclasses import dataclass
from typing import Any

from webui.numbers import row_numbers
from worklists.lead_scopes import LeadFilter, LeadScope


@dataclass(frozen=True)
class LeadChoice:
    """``all_of``: everything that this filter and text find, but the ``unticked``."""

    all_of: tuple[LeadFilter, str] | None = None
    ticked: frozenset[int] = frozenset()
    unticked: frozenset[int] = frozenset()

    @classmethod
    def from_form(cls, form: Any) -> "LeadChoice":
        """The boxes of the page that was shown, and the hidden fields for those of other pages."""
        if form.get("clear") == "1":
            return cls()
        if form.get("take_all") == "1":
            return cls(all_of=(lead_filter(form.get("only", "")), form.get("text", "")[:100]))
        ticked = row_numbers(form.getlist("row"))
        scope = form.get("all", "")
        if not scope:
            return cls(ticked=ticked)
        unticked = row_numbers(form.getlist("except"))
        unticked |= row_numbers(form.getlist("shown")) - row_numbers(form.getlist("kept"))
        unticked -= row_numbers(form.getlist("kept"))
        return cls((lead_filter(scope), form.get("all_text", "")[:100]), unticked=unticked)

    def takes(self, lead_id: int) -> bool:
        """Whether the box of a lead that the choice may hold is ticked."""
        return lead_id not in self.unticked if self.all_of else lead_id in self.ticked

    def scope(self) -> LeadScope:
        """The choice as forming reads it."""
        if self.all_of is None:
            return LeadScope(ticked=tuple(sorted(self.ticked)))
        only, text = self.all_of
        return LeadScope(
            is_all=True, only=only, text=text, unticked=tuple(sorted(self.unticked))
        )  # fmt: skip


def lead_filter(text: str) -> LeadFilter:
    """The filter of an address or a form; an unknown one is all leads."""
    return next((one for one in LeadFilter if one.value == text), LeadFilter.ALL)
