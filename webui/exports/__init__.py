"""Lists taken out as XLSX, with the filters and the rights of their pages (rule 23)."""
