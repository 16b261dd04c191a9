"""Networks as lists of tasks that are carried out one after another in every time step, as Brian2 does."""
