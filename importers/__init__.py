"""Files in: rows of a workbook become the same use-cases that a page calls."""
