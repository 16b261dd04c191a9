"""Run the demonstration: ``python -m dendrify_gpu.demo [--output DIR] [--cells N] [--quick]``."""

from __future__ import annotations

import sys

from .program import main

if __name__ == "__main__":
    sys.exit(main())
