"""Tests of the operator's systems."""
