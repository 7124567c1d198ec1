from __future__ import annotations

from pathlib import Path

import yaml

from bench.contestants import OURS, STOCK, STOCK_LEAN, STOCK_MEMORY
from bench.system import commands
from bench.train import key
from common.settings import ROOT, Settings


def test_stock_is_the_pipeline_of_rasa_init_for_chinese() -> None:
    config = yaml.safe_load(STOCK.config_text())
    names = [c["name"] for c in config["pipeline"]]
    assert names[:5] == ["JiebaTokenizer", "RegexFeaturizer", "CountVectorsFeaturizer", "CountVectorsFeaturizer", "DIETClassifier"]
    diet = config["pipeline"][4]
    assert diet["epochs"] == 100
    assert [p["name"] for p in config["policies"]] == ["MemoizationPolicy", "RulePolicy", "TEDPolicy"]
    assert [p["name"] for p in yaml.safe_load(STOCK_LEAN.config_text())["policies"]] == ["MemoizationPolicy", "RulePolicy"]


def test_both_bots_decide_by_the_same_rule_policy_and_see_the_same_entities() -> None:
    ours, stock = (yaml.safe_load(c.config_text()) for c in (OURS, STOCK))
    rule = [[p for p in c["policies"] if p["name"] == "RulePolicy"] for c in (ours, stock)]
    assert rule[0] == rule[1]
    for config in (ours, stock):
        assert "nlu.components.entity_extractor.RuleEntityExtractor" in [c["name"] for c in config["pipeline"]]


def test_both_keep_conversations_in_the_same_kind_of_database() -> None:
    ours, stock = (yaml.safe_load(c.endpoints.read_text()) for c in (OURS, STOCK))
    assert {k: v for k, v in ours["tracker_store"].items() if k != "type"} == \
        {k: v for k, v in stock["tracker_store"].items() if k != "type"}
    assert stock["tracker_store"]["type"] == "SQL"
    assert not stock["action_endpoint"].get("enable_selective_domain")
    memory = yaml.safe_load(STOCK_MEMORY.endpoints.read_text())
    assert memory == {"action_endpoint": stock["action_endpoint"]}
    assert STOCK_MEMORY.config_text() == STOCK_LEAN.config_text()


def test_each_system_is_started_as_make_run_starts_it_but_with_its_own_model(tmp_path: Path) -> None:
    settings = Settings(port=18080, rasa_port=15005, actions_port=15055, var_dir=tmp_path)
    ours = {n: (c, e) for n, c, e in commands(OURS, Path("a.tar.gz"), settings)}
    stock = {n: (c, e) for n, c, e in commands(STOCK, Path("b.tar.gz"), settings)}
    assert set(ours) == {"rasa", "actions", "gateway"}
    differs = {(a, b) for name in ours for a, b in zip(ours[name][0], stock[name][0], strict=True) if a != b}
    assert differs == {("a.tar.gz", "b.tar.gz"), (str(OURS.endpoints), str(STOCK.endpoints))}
    assert ours["rasa"][1]["YIDA_STOCK_RASA"] == "0" and stock["rasa"][1]["YIDA_STOCK_RASA"] == "1"
    assert ours["gateway"][1]["YIDA_PORT"] == "18080" and ours["rasa"][1]["YIDA_ACTIONS_PORT"] == "15055"
    assert ours["rasa"][1]["YIDA_RASA_TRACKER"] == str(tmp_path / "rasa.db")


def test_a_model_is_trained_again_when_an_input_changes_but_not_for_held_out_sets(tmp_path: Path) -> None:
    data, held_out = tmp_path / "data.yml", tmp_path / "dev" / "set.tsv"
    held_out.parent.mkdir()
    data.write_text("a")
    held_out.write_text("a")
    first = key("config", [tmp_path])
    held_out.write_text("b")
    assert key("config", [tmp_path]) == first
    data.write_text("b")
    assert key("config", [tmp_path]) != first
    assert key("other", [tmp_path]) != key("config", [tmp_path])


def test_fewer_epochs_change_nothing_but_epochs() -> None:
    full, quick = (yaml.safe_load(STOCK.config_text(epochs)) for epochs in (None, 5))
    assert {c["epochs"] for c in (*quick["pipeline"], *quick["policies"]) if "epochs" in c} == {5}
    for config in (full, quick):
        for component in (*config["pipeline"], *config["policies"]):
            component.pop("epochs", None)
    assert full == quick
    assert OURS.config.parent == ROOT
