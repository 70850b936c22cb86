"""Who must be told that a task is not taken or not done, and who is told next (rule 15)."""
