"""Why we call: purpose, script, result codes, retry and calling rules."""
