"""Check tree files from the command line: `python -m actions.self_check [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from actions.self_check.errors import TreeFilesInvalid
from actions.self_check.loader import TREES_DIR, load_trees


def main(arguments: list[str]) -> int:
    """Print every problem; 0 if there is none."""
    folder = Path(arguments[0]) if arguments else TREES_DIR
    try:
        trees = load_trees(folder)
    except TreeFilesInvalid as error:
        for problem in error.problems:
            print(problem)
        print(f"共 {len(error.problems)} 处要改。")
        return 1
    nodes = sum(len(tree.nodes) for tree in trees.by_id.values())
    print(f"{len(trees.by_id)} 个流程、{nodes} 个节点，检查通过。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
