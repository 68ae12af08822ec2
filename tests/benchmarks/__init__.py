"""`./dev bench`: the product against other ways to write it, in the same minutes."""
