"""What can happen to work-lists and tasks, in the past tense, for the journal."""
