"""The catalogue loads, is looked up by reference, and its mistakes are named in Chinese."""

from pathlib import Path

import pytest

from bss import types as t
from bss.catalogue import default_catalogue, load_catalogue
from common.errors import ConfigError


def test_the_shipped_catalogue_is_large_and_consistent() -> None:
    catalogue = default_catalogue()
    assert len(catalogue) >= 120
    for kind in t.ProductKind:
        assert catalogue.offers(kind)
    for entry_id in catalogue.ids():
        assert catalogue.get(entry_id).id == entry_id


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("plan.5g129.monthly_fee", 129), ("plan.5g129.name", "5G畅享129元套餐"),
        ("broadband.300.monthly_fee", 60), ("policy.repair_city.value", 24),
        ("fee.over_voice.amount", 0.15), ("addon.roam_hk_day.price", 25), ("vas.ringback.monthly_fee", 5),
        ("reward.balance10.points", 1000),
    ],
)  # fmt: skip
def test_a_reference_of_a_knowledge_entry_is_found(reference: str, value: object) -> None:
    assert default_catalogue().lookup(reference) == value
    entry, _, field = reference.rpartition(".")
    kind, _, key = entry.partition(".")
    assert default_catalogue().tree()[kind][key][field] == value


@pytest.mark.parametrize("reference", ["plan.5g130.monthly_fee", "plan.5g129.colour", "plan", "", "x.y.z"])
def test_a_reference_to_nothing_is_a_key_error(reference: str) -> None:
    with pytest.raises(KeyError, match="资费目录里没有"):
        default_catalogue().lookup(reference)


def test_prices_become_fen_exactly() -> None:
    assert default_catalogue().fee_fen("fee.over_voice") == 15
    offer = default_catalogue().offer("plan.5g129")
    assert offer is not None
    assert (offer.monthly_fee_fen, offer.data_mb, offer.minutes) == (12900, 30720, 500)
    assert default_catalogue().offer("fee.over_voice") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: vas\nitems:\n  a: {name: 彩铃}\n", ["a.yml", "vas.a", "monthly_fee", "没有填写"]),
        ("kind: vas\nitems:\n  a: {name: 彩铃, monthly_fee: 五}\n", ["vas.a", "monthly_fee", "应为"]),
        ("kind: vas\nitems:\n  a: {name: 彩铃, monthly_fee: 5, colour: red}\n", ["colour", "没有这个字段"]),
        ("kind: vas\nitems:\n  a: {name: 彩铃, monthly_fee: -5}\n", ["monthly_fee", "太小"]),
        ("kind: vas\nitems:\n  a: 5\n", ["vas.a", "字段"]),
        ("kind: spell\nitems: {}\n", ["kind 应为"]),
        ("[]\n", ["kind 应为"]),
        ("kind: vas\nitems:\n  a: {name: [}\n", ["第3行", "格式不对"]),
        ("kind: vas\nitems:\n  a: {name: 甲, monthly_fee: 1}\n  a: {}\n", ["写了两次"]),
        ("kind: reward\nitems:\n  a: {name: 甲, points: 1, offer: addon.moon}\n", ["addon.moon"]),
        ("kind: line\nitems:\n  tv.a: {name: 甲, type: iptv, monthly_fee: 1, target: 家庭}\n", ["iptv."]),
    ],
)
def test_a_mistake_names_file_entry_and_field(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path)
    assert all(word in caught.value.message_zh for word in words)


def test_an_empty_folder_and_a_twice_given_id_are_mistakes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_catalogue(tmp_path)
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("kind: vas\nitems:\n  a: {name: 甲, monthly_fee: 1}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path)
    assert "b.yml" in caught.value.message_zh
