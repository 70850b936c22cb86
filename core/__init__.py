"""The floor: database, clock, access, journal, errors. No noun of the trade enters here."""
