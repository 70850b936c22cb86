"""When people work: calendars of units and persons, holidays, absences (rules 12, 15)."""
