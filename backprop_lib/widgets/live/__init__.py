"""Training that can be watched, stopped and continued."""
