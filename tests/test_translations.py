"""The Chinese of every page is complete, current and keeps its placeholders."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")


def entries(text: str) -> dict[str, str]:
    """msgid → msgstr of every live entry of a catalogue (its plural form where it has one)."""
    found = {}
    for block in re.split(r"\n\n+", text):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        parts: dict[str, str] = {}
        key = ""
        for line in lines:
            if match := re.match(r'(msg\w+(?:\[\d\])?) "(.*)"$', line):
                key, parts[match[1]] = match[1], match[2]
            elif key and line.startswith('"'):
                parts[key] += line[1:-1]
        if "msgid" in parts:
            found[parts.get("msgctxt", "") + parts["msgid"]] = parts.get("msgstr", parts.get("msgstr[0]", ""))
    return found


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    return entries(CATALOGUE.read_text(encoding="utf-8"))


def test_every_message_has_its_chinese(committed):
    assert [msgid for msgid, msgstr in committed.items() if not msgstr] == []


def test_no_translation_is_only_a_guess():
    assert "#, fuzzy" not in CATALOGUE.read_text(encoding="utf-8").split("\n\n", 1)[1]


def test_placeholders_survive_translation(committed):
    lost = {
        msgid: msgstr
        for msgid, msgstr in committed.items()
        if msgid and not set(PLACEHOLDER.findall(msgstr)) <= set(PLACEHOLDER.findall(msgid))
    }

    assert lost == {}


def test_no_message_hides_in_an_f_string():
    """What collects the messages does not look into f-strings: one in there is never translated."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    names = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy"}
    hidden = [
        f"{name}:{call.lineno}"
        for name in listed.stdout.splitlines()
        if not name.startswith("tests/") and (ROOT / name).is_file()
        for string in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]

    assert hidden == []


def test_the_catalogue_knows_every_message_in_the_code(committed, tmp_path, monkeypatch):
    """Collected anew from a copy of the tree, there is no message that the catalogue lacks."""
    tree = tmp_path / "tree"
    tree.mkdir()
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        if name.endswith((".py", ".html", ".txt", ".po")) and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.chdir(tree)
    call_command("makemessages", locale=["zh_Hans"], ignore_patterns=["tests/*"], verbosity=0)

    fresh = entries((tree / CATALOGUE.relative_to(ROOT)).read_text(encoding="utf-8"))

    assert sorted(set(fresh) - set(committed)) == []
