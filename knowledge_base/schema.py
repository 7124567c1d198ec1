"""The published shape of an FAQ file, as JSON Schema (draft 2020-12).

`faq_schema()` is the one truth: the loader validates with it, and `knowledge_base/faq.schema.json` is its
printed form, which editors' programs use for completion (`# yaml-language-server: $schema=...`).
A test keeps file and function together; `python -m knowledge_base.schema` prints it.
"""

from __future__ import annotations

import json
from typing import Any

from knowledge_base.vocabulary import ACTIONS, CHANNELS, SEGMENTS

#: Largest FAQ file read, bytes.
MAX_FILE_BYTES = 4 * 1024 * 1024
#: Most entries in one file.
MAX_ENTRIES = 2000
ID_PATTERN = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
DATE_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


def _sentence(description: str, longest: int = 80) -> dict[str, Any]:
    return {"type": "string", "minLength": 2, "maxLength": longest, "description": description}


def _choices(values: dict[str, str], description: str) -> dict[str, Any]:
    listing = "、".join(f"{name}={meaning}" for name, meaning in values.items())
    return {
        "type": "array",
        "items": {"enum": list(values)},
        "minItems": 1,
        "uniqueItems": True,
        "description": f"{description}：{listing}",
    }


def _entry() -> dict[str, Any]:
    identifier = {"type": "string", "pattern": ID_PATTERN, "minLength": 3, "maxLength": 64}
    date = {"type": "string", "pattern": DATE_PATTERN, "description": "日期，写成 2026-01-31"}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "question", "similar", "answer", "keywords"],
        "properties": {
            "id": {
                **identifier,
                "description": "编号，全库唯一；小写字母、数字、连字符，例如 bill-why-higher",
            },
            "question": _sentence("标准问：客户最常见、最完整的一种问法"),
            "similar": {
                "type": "array",
                "items": _sentence("客户的另一种问法"),
                "minItems": 3,
                "maxItems": 200,
                "uniqueItems": True,
                "description": "相似问，至少 3 条：口语、方言、省略、错别字都可以",
            },
            "answer": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "speech"],
                "properties": {
                    "text": _sentence("给眼睛看的答案：轻量 Markdown；价格写 {{ plan.5g129.monthly_fee }}", 3000),
                    "speech": _sentence("给耳朵听的答案：短句，不写阿拉伯数字；长者语速下不超过 20 秒", 600),
                },
                "description": "答案：text 给眼睛，speech 给耳朵",
            },
            "keywords": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 20},
                "minItems": 1,
                "maxItems": 20,
                "uniqueItems": True,
                "description": "关键词，至少 1 个",
            },
            "channels": _choices(CHANNELS, "只在这些渠道使用（不写则都用）"),
            "regions": {
                "type": "array",
                "items": {"type": "string", "minLength": 2, "maxLength": 20},
                "minItems": 1,
                "uniqueItems": True,
                "description": "只在这些地区使用（不写则全国），写省或市的名字，例如 四川、成都",
            },
            "segments": _choices(SEGMENTS, "只对这些客户使用（不写则都用）"),
            "valid": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {"from": date, "to": date},
                "description": "有效期，含首尾两天",
            },
            "related": {
                "type": "array",
                "items": identifier,
                "minItems": 1,
                "maxItems": 5,
                "uniqueItems": True,
                "description": "相关条目的编号",
            },
            "action": {
                "enum": list(ACTIONS),
                "description": "答完后提议办理的事：" + "、".join(f"{k}={v}" for k, v in ACTIONS.items()),
            },
            "owner": {
                "type": "string",
                "minLength": 2,
                "maxLength": 30,
                "description": "负责的部门或岗位，不写人名",
            },
            "note": {"type": "string", "maxLength": 300, "description": "版本说明：何时因何改动"},
        },
    }


def faq_schema() -> dict[str, Any]:
    """The schema of one FAQ file, `knowledge_base/faq/<category>.yml`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "易答知识库文件",
        "type": "object",
        "additionalProperties": False,
        "required": ["category", "title", "owner", "entries"],
        "properties": {
            "category": {
                "type": "string",
                "pattern": ID_PATTERN,
                "maxLength": 40,
                "description": "类别编号，与文件名（不含 .yml）相同",
            },
            "title": {"type": "string", "minLength": 2, "maxLength": 20, "description": "类别的中文名"},
            "owner": {"type": "string", "minLength": 2, "maxLength": 30, "description": "默认的负责部门"},
            "entries": {"type": "array", "items": _entry(), "minItems": 1, "maxItems": MAX_ENTRIES},
        },
    }


def schema_text() -> str:
    """The printed form kept in `knowledge_base/faq.schema.json`."""
    return json.dumps(faq_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
