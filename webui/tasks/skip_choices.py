"""The reasons for passing a task over, in the person's language (rule 16)."""

from campaigns.result_codes import wording
from webui.i18n import locale_code
from webui.requests import session
from worklists.skips import skip_reasons


def skip_choices() -> list[tuple[int, str]]:
    """Id and words of each reason, in their order."""
    return [(one.id, wording(one.names, locale_code())) for one in skip_reasons(session())]
