"""What may be done with campaigns."""

from core.access import Permission


class CampaignPermission(Permission):
    """Permissions over campaigns and result codes."""

    MANAGE_RESULTS = "campaigns.results.manage"
    """Add, change and archive result codes."""
    MANAGE_CAMPAIGNS = "campaigns.manage"
    """Change campaigns, pause and finish them."""
    MANAGE_CONTACT_CAPS = "campaigns.contact_caps.manage"
    """Say how often a client may be contacted (rule 14)."""
