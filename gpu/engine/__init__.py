"""The network in memory and the loop that advances it."""
