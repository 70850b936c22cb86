"""People who work here: roles at units, sign-in, sessions."""
