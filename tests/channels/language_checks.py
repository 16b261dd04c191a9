"""Helpers of the tests of the channel language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def message(error: type[Exception], function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Call something that must raise exactly this class, and return what it says."""
    with pytest.raises(error) as info:
        function(*args, **kwargs)
    assert type(info.value) is error
    return str(info.value)
