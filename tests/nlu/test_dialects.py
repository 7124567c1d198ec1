"""The lexicons are well-formed, agree with each other and leave Mandarin alone."""

from pathlib import Path

import pytest

from nlu.dialects.check import FEWEST, check
from nlu.dialects.lexicon import Lexicons, lexicons, load_lexicons, read_lexicon
from nlu.dialects.model import LexiconInvalid
from nlu.standard.aligned import Aligned
from nlu.standard.form import standard
from yida.cli import _mandarin

DIALECTS = {"sichuan", "cantonese", "dongbei", "henan_shandong", "shaanxi", "hunan", "wu", "minnan", "hakka", "hubei", "anhui", "jiangxi"}


def test_every_dialect_has_a_lexicon_that_agrees_with_the_others_and_spares_mandarin() -> None:
    assert {file.name for file in lexicons().files} == DIALECTS
    assert min(len(file.items) for file in lexicons().files) >= FEWEST
    assert check(lexicons(), _mandarin()) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("俺这个网咋个上不去了", "我这个网怎么上不去了"),
        ("仲有几多话费", "还有多少话费"),
        ("莫得信号", "没有信号"),
    ],
)
def test_dialect_reads_as_mandarin(said: str, meant: str) -> None:
    assert standard(said).text == meant


def _written(folder: Path, name: str, items: str) -> Path:
    path = folder / f"{name}.yml"
    path.write_text(f"name: {name}\ntitle: {name}\nregions: [某地]\nitems:\n{items}", encoding="utf-8")
    return path


def test_a_guard_decides_by_what_stands_beside(tmp_path: Path) -> None:
    words = Lexicons((read_lexicon(_written(tmp_path, "yue", "- {said: 点, means: 怎么, kind: question, before: [解, 样], not_after: [几]}\n")),))
    assert words.apply(Aligned.of("点样查")).text == "怎么样查"
    assert words.apply(Aligned.of("三点钟")).text == "三点钟"
    assert words.apply(Aligned.of("几点样")).text == "几点样"


def test_the_check_finds_what_would_harm(tmp_path: Path) -> None:
    files = [
        _written(tmp_path, "a", "- {said: 好多, means: 多少, kind: question}\n- {said: 晓得, means: 知道, kind: verb, example: 我什么都明白}\n"),
        _written(tmp_path, "b", "- {said: 好多, means: 很多, kind: function}\n"),
    ]
    messages = "\n".join(finding.message for finding in check(load_lexicons(files), ["店里有好多人"]))
    assert "会改动普通话" in messages and "在 a 是“多少”，在 b 是“很多”" in messages
    assert "没有变化" in messages and f"至少要 {FEWEST} 条" in messages


@pytest.mark.parametrize(
    "items", ["- {said: 咋}\n", "- {said: 咋, means: 怎么, kind: 疑问}\n", "- {said: 咋, means: 怎么, kind: question, befor: [办]}\n", "- 咋\n"]
)
def test_a_bad_file_names_itself_and_the_item(tmp_path: Path, items: str) -> None:
    with pytest.raises(LexiconInvalid) as error:
        read_lexicon(_written(tmp_path, "bad", items))
    assert "bad.yml 第 1 条" in error.value.message_zh
