"""Who calls whom next and what came of it: work-lists, tasks, attempts, control."""
