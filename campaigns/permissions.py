"""What may be done with campaigns."""

from core.access import Permission


class CampaignPermission(Permission):
    """Permissions over campaigns and result codes."""

    MANAGE_RESULTS = "campaigns.results.manage"
    """Add, change and archive result codes."""
