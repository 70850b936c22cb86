"""Words for people: one wording per enum member, one sentence per refusal."""
