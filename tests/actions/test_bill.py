"""查账单."""
from __future__ import annotations
import pytest
from actions.bill import QueryBill
from tests.actions.conftest import ZHANG_WEI, WANG_QIANG, LI_XIUYING, Talk
