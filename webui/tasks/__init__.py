"""The card of a task: what is known, what came of the call, what follows (A12-A16)."""
