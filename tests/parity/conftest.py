"""Comparisons that fail say what they compared, also in the modules that tests share."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.parity.compare", "tests.property.documents")
