"""查账单."""
from __future__ import annotations

