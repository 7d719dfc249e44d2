"""Any small network of the learner's own."""
