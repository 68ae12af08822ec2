"""The control: the stack as its documentation shows it, under the same table."""
