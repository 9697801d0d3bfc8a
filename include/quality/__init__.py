"""The gates: Great Expectations on the parsed batch and on the lists, with evidence pages for people."""
