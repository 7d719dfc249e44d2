"""The exercises of the lessons, a module each; its `EXERCISES` are in their order."""
