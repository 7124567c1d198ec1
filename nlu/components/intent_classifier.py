"""Rasa wrapper of `nlu.intent_model.IntentModel`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.embedding import Embedder
from nlu.intent_model import IntentModel, ModelConfig
from nlu.requests import Request, several
from nlu.standard.entities import hear_entities
from nlu.standard.form import warm

_FILE = "intent_model.joblib"
_DEFAULTS = ModelConfig()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class YidaIntentClassifier(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking` from characters, pinyin and embeddings."""

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "pypinyin", "onnxruntime", "tokenizers"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Keys of `ModelConfig`, and `embedding_cache`: a file kept between trainings."""
        return {**vars(_DEFAULTS), "embedding_cache": "models/cache/nlu_vectors.sqlite"}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource,
                 model: IntentModel | None = None) -> None:
        self._config = config
        self._storage, self._resource, self._model = storage, resource, model
        self._embed = Embedder(Path(config["embedding_cache"]) if config.get("embedding_cache") else None)

    @property
    def _model_config(self) -> ModelConfig:
        return ModelConfig(**{key: self._config[key] for key in vars(_DEFAULTS) if key in self._config})

    @classmethod
    def create(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> YidaIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> YidaIntentClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model = IntentModel.load(Path(folder) / _FILE, component._model_config)
        warm()
        component._model.rank(["预热"], component._embed)
        component._embed(["预热"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        self._model = IntentModel.fit([m.get(TEXT) for m in examples], [m.get(INTENT) for m in examples],
                                      self._embed, self._model_config)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(Path(folder) / _FILE)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        spoken = [m for m in messages if m.get(TEXT)]
        if not spoken or self._model is None:
            return messages
        for message, ranked in zip(spoken, self._rank([m.get(TEXT) for m in spoken]), strict=True):
            requests = several(message.get(TEXT), self._rank)
            if requests:
                # The first one said is served first; the action server goes on with the rest.
                first = (requests[0].intent, requests[0].confidence)
                # What else was said is no rival of it: otherwise the pipeline would ask which of the two is meant.
                ranked = [first, *((name, share * (1 - first[1])) for name, share in ranked if name != first[0])]
                message.set("requests", [_as_dict(request) for request in requests], add_to_output=True)
            ranking = [{"name": name, "confidence": confidence} for name, confidence in ranked]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _rank(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        assert self._model is not None
        return self._model.rank(texts, self._embed)


def _as_dict(request: Request) -> dict[str, Any]:
    now = dt.datetime.now(ZoneInfo("Asia/Shanghai"))
    entities = [{"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in hear_entities(request.text, now)]
    return {"text": request.text, "intent": {"name": request.intent, "confidence": request.confidence}, "entities": entities}
