"""What may be done with the directory."""

from core.access import Permission


class DirectoryPermission(Permission):
    """Permissions over clients, people and units."""

    SEE_CLIENTS = "directory.clients.see"
    """Open the cards of clients and their assets, search."""
    EDIT_CLIENTS = "directory.clients.edit"
    """Correct names, contact points and vehicles."""
    MERGE_CLIENTS = "directory.clients.merge"
    """Merge two cards of one client, and undo it."""
    MANAGE_PEOPLE = "directory.people.manage"
    """Add people, give and take roles, set passwords."""
    MANAGE_UNITS = "directory.units.manage"
    """Change the organisation tree."""
    MANAGE_CALENDARS = "directory.calendars.manage"
    """Set the working time of units and people, install holidays."""
    MANAGE_ABSENCES = "directory.absences.manage"
    """Write down who is away and who stands in."""
    MANAGE_WORKSHOPS = "directory.workshops.manage"
    """Say what workshops do and how much of it at once."""
