"""Ways in for calls: one port, one file each."""

from voice_gateway.transports.port import Audio, HungUp, Key, Leg, LegEvent, OnCall

__all__ = ["Audio", "HungUp", "Key", "Leg", "LegEvent", "OnCall"]
