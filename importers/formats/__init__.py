"""The variants of importer's files (A8): which columns each needs and which it can use."""
