"""Look things up: ``python -m dendrify_gpu {channels,models,show,versions}``."""

from __future__ import annotations

import sys

from .command_line import main

if __name__ == "__main__":
    sys.exit(main())
