"""Times in workshops: what is free, holding it while talking, booking, and what comes of it."""
