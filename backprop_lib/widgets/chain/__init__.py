"""The living chain: a network whose every number is a handle, with formula and nudge side by side."""
