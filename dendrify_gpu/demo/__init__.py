"""The demonstration, run by ``python -m dendrify_gpu.demo`` or ``make demo``.

It builds the CA1 cell of the Dendrify paper, compares its current-frequency curve with the
published one, runs a network of ten thousand such cells, validates a part of it against Brian2, and
writes figures and recordings.
"""
