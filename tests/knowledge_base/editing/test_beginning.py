"""A history that several begin at the same moment is made once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from knowledge_base.editing.repository import Repository


def test_ten_that_begin_together_all_find_it_made(tmp_path: Path) -> None:
    faq = tmp_path / "faq"
    faq.mkdir()
    repositories = [Repository(tmp_path / "var" / "kb-history.git", faq) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(lambda repository: repository.ensure(), repositories)) == [None] * 10
    assert {repository.head() for repository in repositories} == {None}
