"""Files of records: each row becomes records of the directory, or is told why not (A8, rule 20)."""
