"""The loss over two parameters, and paths down it."""
