"""One forward pass, backward pass and update, step by step."""
