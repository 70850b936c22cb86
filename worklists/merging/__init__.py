"""Two cards of one client become one, with all work; and two again."""
