"""The demo operator 易通, a product for trying Yida and testing against."""

from bss.demo.faults import Faults
from bss.demo.operator import DemoOperator

__all__ = ["DemoOperator", "Faults"]
