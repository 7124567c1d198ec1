"""The fixed sentences of a call, from prompts.yml: checked when read, so that no call ever lacks one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from voice_gateway.machine.errors import PromptsInvalid
from voice_gateway.profiles import CallerProfile
from voice_gateway.profiles.requests import request_words
from voice_gateway.turns.barge_in import clauses_of

FILE = Path(__file__).with_name("prompts.yml")
#: Characters of one prompt, and of one sentence of the elder form: longer ones are not remembered when heard.
LONGEST, LONGEST_ELDER, LONGEST_SENTENCE = 60, 36, 16
KEYS = frozenset([
    "recording", "greeting", "filler", "still_looking", "go_on", "no_input_1", "no_input_2", "no_input_3", "no_key",
    "silent_goodbye", "no_match_1", "offer_person", "confirm", "say_again", "repeat_none", "menu_intro", "option",
    "option_more", "option_up", "person_key", "menu_key", "key_unknown", "yes_no_keys", "number_phone",
    "number_ticket_id", "number_id_number", "number_code", "number_short", "number_cleared", "wait_ack", "wait_over",
    "transferring", "queue", "queue_next", "queue_still", "call_back_key", "agent_coming", "closed", "agent_failed",
    "call_back_noted", "call_back_failed", "recogniser_down", "bot_down", "ticket_noted", "ticket_failed",
    "voice_down", "slower_on", "louder_on", "elder_on", "elder_seen", "standard_on", "dialect_on", "dialect_off",
    "survey", "survey_thanks", "survey_sorry", "goodbye",
])  # fmt: skip
_FIELDS = {"text", "elder", "dialects", "must_hear", "plain"}
_VALUE = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"[。？！]")


@dataclass(frozen=True)
class Prompt:
    """One sentence in its forms. `plain`: said where no synthesiser can fill in the values; None where there are none."""

    text: str
    elder: str
    dialects: Mapping[str, str] = field(default_factory=dict)
    must_hear: bool = False
    plain: str | None = None

    def form(self, profile: CallerProfile, dialect: str = "") -> str:
        """The wording for this caller."""
        return self.dialects.get(dialect) or (self.elder if profile.is_elder else self.text)


class Prompts:
    """All prompts of the house."""

    def __init__(self, raw: Any) -> None:
        """Raises PromptsInvalid, which names the prompt and the field in Chinese."""
        if not isinstance(raw, dict):
            raise PromptsInvalid("no mapping")
        if wrong := KEYS ^ set(raw):
            raise PromptsInvalid(f"{sorted(wrong)}", message_zh=f"提示语 prompts.yml 缺少或多出：{'、'.join(sorted(map(str, wrong)))}。")
        self._prompts = {key: _prompt(key, entry) for key, entry in raw.items()}

    def __getitem__(self, key: str) -> Prompt:
        return self._prompts[key]

    def static(self, profile: CallerProfile) -> Iterator[str]:
        """Every clause that never changes, in all dialects: what is rendered ahead for a profile."""
        for prompt in self._prompts.values():
            wording = prompt.elder if profile.is_elder else prompt.text
            for text in (prompt.plain if prompt.plain is not None else wording, *prompt.dialects.values()):
                yield from clauses_of(text)


def _prompt(key: str, entry: Any) -> Prompt:
    where = f"提示语 {key} "
    if not isinstance(entry, dict) or not {"text", "elder"} <= entry.keys() or entry.keys() - _FIELDS:
        raise PromptsInvalid(key, message_zh=f"{where}需要 text 和 elder，可选 dialects、must_hear、plain。")
    prompt = Prompt(str(entry["text"]), str(entry["elder"]), {str(k): str(v) for k, v in (entry.get("dialects") or {}).items()},
                    bool(entry.get("must_hear")), entry.get("plain"))  # fmt: skip
    values = set(_VALUE.findall(prompt.text))
    if set(_VALUE.findall(prompt.elder)) != values or any(set(_VALUE.findall(said)) != values for said in prompt.dialects.values()):
        raise PromptsInvalid(key, message_zh=f"{where}各种说法里花括号的内容要一样。")
    if bool(values) != (prompt.plain is not None):
        raise PromptsInvalid(key, message_zh=f"{where}有花括号就要写 plain，没有就不写。")
    if unknown := prompt.dialects.keys() - request_words().dialects:
        raise PromptsInvalid(key, message_zh=f"{where}有不认识的方言：{'、'.join(sorted(unknown))}。")
    _check_length(where, prompt)
    return prompt


def _check_length(where: str, prompt: Prompt) -> None:
    short = {"elder": prompt.elder, **prompt.dialects}
    for name, said in {"text": prompt.text, **short}.items():
        most = LONGEST if name == "text" else LONGEST_ELDER
        if not 0 < len(said) <= most:
            raise PromptsInvalid(where, message_zh=f"{where}的 {name} 要有 1 到 {most} 个字。")
    for sentence in _SENTENCE.split(prompt.elder):
        if len(sentence) > LONGEST_SENTENCE:
            raise PromptsInvalid(where, message_zh=f"{where}的 elder 有一句超过 {LONGEST_SENTENCE} 个字：{sentence}")


@lru_cache(maxsize=1)
def house_prompts() -> Prompts:
    """prompts.yml, read once. Raises PromptsInvalid."""
    try:
        return Prompts(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise PromptsInvalid(str(error), message_zh="提示语 prompts.yml 读不出来，请检查格式。") from error
