"""The organisation tree: company, responsibility centres, departments, workshops."""
