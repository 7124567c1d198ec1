"""Who is compared: ours, and the same bot (rules, stories, examples, actions, gateway) on stock Rasa."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from common.settings import ROOT

#: Models, databases, logs and raw figures of the bench; git-ignored.
OUT = ROOT / "bench" / "out"


@dataclass(frozen=True)
class Contestant:
    """`stock` leaves Rasa's own response validator in place; `without` names policies left out of `config`."""

    name: str
    title: str
    config: Path
    endpoints: Path
    stock: bool
    without: tuple[str, ...] = ()

    def config_text(self, epochs: int | None = None, embedding_cache: Path | None = None) -> str:
        """The Rasa configuration as YAML.

        `epochs` replaces those of neural components (their speed does not depend on it, their accuracy may);
        `embedding_cache` moves the file that our classifier keeps vectors in.
        """
        config = yaml.safe_load(self.config.read_text(encoding="utf-8"))
        config["policies"] = [p for p in config["policies"] if p["name"] not in self.without]
        for component in (*config["pipeline"], *config["policies"]):
            if epochs is not None and "epochs" in component:
                component["epochs"] = epochs
            if component["name"].endswith("YidaIntentClassifier") and embedding_cache is not None:
                component["embedding_cache"] = str(embedding_cache)
        return yaml.safe_dump(config, allow_unicode=True, sort_keys=False)


_STOCK = ROOT / "bench" / "stock"
OURS = Contestant("ours", "Yida", ROOT / "config.yml", ROOT / "endpoints.yml", stock=False)
STOCK = Contestant("stock", "stock Rasa", _STOCK / "config.yml", _STOCK / "endpoints.yml", stock=True)
STOCK_LEAN = Contestant("stock-lean", "stock Rasa without TED", _STOCK / "config.yml", _STOCK / "endpoints.yml",
                        stock=True, without=("TEDPolicy",))
#: `rasa init` keeps conversations in memory and loses them at a restart. We do not, so this is no equal, but the fastest stock.
STOCK_MEMORY = Contestant("stock-memory", "stock Rasa without TED, in memory", _STOCK / "config.yml",
                          _STOCK / "endpoints-memory.yml", stock=True, without=("TEDPolicy",))
ALL = (OURS, STOCK, STOCK_LEAN, STOCK_MEMORY)
