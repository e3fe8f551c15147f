"""What is asked on the phone: scripts as data, each with its version (`phone_script.toml`). Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("phone_script.toml")


@dataclass(frozen=True)
class Question:
    key: str
    text: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Script:
    version: int
    opening: str
    closing: str
    questions: tuple[Question, ...]

    def said(self, answers: Mapping[str, str]) -> list[tuple[str, str]]:
        """Each question with what was answered."""
        return [(one.text, one.answers.get(answers.get(one.key, ""), "—")) for one in self.questions]


@cache
def scripts() -> dict[int, Script]:
    """Every version that there ever was."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["scripts"]
    return {
        one["version"]: Script(
            one["version"], one["opening"], one["closing"], tuple(Question(**each) for each in one["questions"])
        )
        for one in found
    }


def current() -> Script:
    """The newest: what is asked today."""
    return scripts()[max(scripts())]
