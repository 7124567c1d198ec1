"""What is kept for the next start: used where nothing changed, made again in every other case."""

from pathlib import Path

import pytest

from common.clock import FakeClock
from common.errors import InvalidInput
from knowledge_base.encoder import HashingEncoder
from knowledge_base.exam import examine, read_outside, read_questions
from knowledge_base.nearest import Nearest
from knowledge_base.service import KnowledgeBase
from tests.knowledge_base.conftest import REFERENCES


class Counting(HashingEncoder):
    """Counts the sentences it is given."""

    given = 0

    def encode_passages(self, texts):  # type: ignore[no-untyped-def]
        self.given += len(texts)
        return super().encode_passages(texts)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "vectors.sqlite"


def _open(faq: Path, cache: Path, clock: FakeClock) -> tuple[KnowledgeBase, Counting]:
    encoder = Counting()
    return KnowledgeBase.open(faq, encoder, REFERENCES, cache, clock), encoder


def test_a_second_start_finds_the_same_and_embeds_nothing(faq: Path, cache: Path, clock: FakeClock) -> None:
    first, counted = _open(faq, cache, clock)
    assert counted.given > 0
    second, again = _open(faq, cache, clock)
    assert again.given == 0
    assert second.snapshot.version == first.snapshot.version
    for text in ("129的套餐月租多少", "光猫红灯", "完全无关的一句话"):
        assert second.search(text).as_dict() == first.search(text).as_dict()


def test_a_changed_file_is_indexed_anew_but_only_its_new_sentences_are_embedded(faq: Path, cache: Path, clock: FakeClock) -> None:
    _open(faq, cache, clock)
    file = faq / "mobile.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("话费能开票吗", "话费可以要一张票吗"), encoding="utf-8")
    kb, counted = _open(faq, cache, clock)
    assert counted.given == 1
    assert kb.search("话费可以要一张票吗").hits[0].entry_id == "invoice"


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\x80\x05\x95" + b"\0" * 100])
def test_a_damaged_file_is_made_again(content: bytes, faq: Path, cache: Path, clock: FakeClock) -> None:
    first, _ = _open(faq, cache, clock)
    kept = cache.with_suffix(".snapshot")
    whole = kept.read_bytes()
    kept.write_bytes(content or whole[: len(whole) // 2])
    second, _ = _open(faq, cache, clock)
    assert second.search("光猫红灯").as_dict() == first.search("光猫红灯").as_dict()
    assert len(kept.read_bytes()) > 1000


def test_no_half_written_file_is_left_behind(faq: Path, cache: Path, clock: FakeClock) -> None:
    _open(faq, cache, clock)
    assert sorted(p.name for p in cache.parent.iterdir()) == ["vectors.snapshot", "vectors.sqlite"]


@pytest.mark.parametrize("kind", ["flat", "ivf", "hnsw"])
def test_every_kind_of_index_finds_what_an_exact_search_finds_and_survives_pickling(kind) -> None:  # type: ignore[no-untyped-def]
    import pickle

    import numpy as np

    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = pickle.loads(pickle.dumps(Nearest(vectors, kind)))
    found = 0
    for row in range(0, 3000, 60):
        question = vectors[row] + 0.05 * chance.standard_normal(64).astype(np.float32)
        exact = set(np.argsort(-(vectors @ question))[:10].tolist())
        found += len(exact & set(index.top(question, 10).tolist()))
    assert found / 500 > (0.99 if kind == "flat" else 0.6)
    assert len(index.top(vectors[0], 5000)) <= 3000
    assert len(Nearest(vectors[:0], "flat").top(vectors[0], 3)) == 0


def test_an_exam_counts_right_wrong_gaps_and_outside(tmp_path: Path, open_kb) -> None:  # type: ignore[no-untyped-def]
    file, outside = tmp_path / "q.tsv", tmp_path / "o.txt"
    file.write_text("topic\tstyle\tids\ttext\n票\tplain\tinvoice\t电子发票怎么开\n灯\tasr\tbroadband-slow|broadband-red\t光猫亮红灯是什么意思\n"
                    "错\tplain\tpuk\t账单几号出\n空\tplain\t-\t火星怎么去\n", encoding="utf-8")  # fmt: skip
    outside.write_text("# chat\n今天天气怎么样\n\n讲个笑话\n", encoding="utf-8")
    exam = examine(open_kb().search, read_questions(file), read_outside(outside))
    assert (exam.total.asked, exam.total.first, exam.gaps, exam.outside) == (3, 2, 1, 2)
    assert [(q.text, found) for q, found, _ in exam.wrong] == [("账单几号出", "bill-day")]
    assert exam.as_dict()["styles"]["asr"]["first"] == 1.0


@pytest.mark.parametrize("text", ["", "a\tb\n", "topic\tstyle\tids\ttext\n只有一列\n", "topic\tstyle\tids\ttext\na\tb\tc\t\n"])
def test_a_file_of_questions_that_cannot_be_read_names_its_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "q.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as told:
        read_questions(file)
    assert "行" in told.value.message_zh
