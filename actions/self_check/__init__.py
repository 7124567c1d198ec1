"""Guided fault self-check: decision trees as data, walked by a pure engine.

Start here: `load_trees()` -> `Engine(trees)` -> `start` / `feed`; `choose_tree` picks the tree.
"""
