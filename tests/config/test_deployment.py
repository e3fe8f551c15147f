"""The delivered units and the image start what is there: programs, commands with their options, files, settings."""

import re
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from config import answering
from tests.nodes import ROOT

DELIVERED = ROOT / "docs" / "deployment"
SERVICES = sorted(DELIVERED.glob("*.service"))
HERE = "/srv/venture"
"""Where the guide puts the platform."""
pytestmark = pytest.mark.one_database


def asked_of(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.M)


def starts(words: list[str]) -> str:
    """Why this does not start, as words of a command line; "" when it would."""
    match words:
        case ["manage.py", command, *options]:
            if command not in get_commands():
                return f"no command {command}"
            load_command_class(get_commands()[command], command).create_parser("manage.py", command).parse_args(options)
            return ""
        case ["-c", settings, module]:
            return "" if (ROOT / settings).is_file() and find_spec(module) else f"no {settings} or {module}"
    return f"what is {words}?"


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_a_unit_starts_is_there(unit, settings):
    settings.TASKS = {"default": {"BACKEND": "config.queues.TracedQueue"}}  # as on a site: some commands ask for it
    lines = [shlex.split(line) for line in asked_of(unit, "ExecStart")]

    assert lines
    assert asked_of(unit, "WorkingDirectory") == [HERE]
    assert {program for program, *_words in lines} <= {f"{HERE}/.venv/bin/{name}" for name in ("python", "gunicorn")}
    assert [why for _program, *words in lines if (why := starts(words))] == []


def test_a_word_that_no_command_knows_would_be_seen():
    assert starts(["manage.py", "ticks"]) == "no command ticks"
    assert starts(["-c", "config/gunicorn.py", "config.nowhere"]) == "no config/gunicorn.py or config.nowhere"
    with pytest.raises(CommandError, match="--evry"):
        starts(["manage.py", "tick", "--evry", "60"])


def test_each_timer_has_its_service_and_the_guide_names_every_unit():
    timers = sorted(DELIVERED.glob("*.timer"))
    told = "".join(page.read_text() for page in (*DELIVERED.glob("*.md"), *ROOT.glob("docs/*.md")))

    assert [timer.with_suffix(".service").is_file() for timer in timers] == [True] * len(timers)
    assert [unit.name for unit in (*SERVICES, *timers) if unit.stem.partition("@")[0] not in told] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_understands_every_unit(tmp_path):
    """With a program of this machine in the place of ours, whose folder is not here."""
    copies = [tmp_path / unit.name for unit in (*SERVICES, *DELIVERED.glob("*.timer"))]
    for copy in copies:
        text = (DELIVERED / copy.name).read_text()
        copy.write_text(re.sub(rf"{HERE}/\.venv/bin/\w+", "/bin/true", text).replace(HERE, str(ROOT)))

    said = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True)

    assert (said.returncode, said.stdout + said.stderr) == (0, "")


# -- The image -------------------------------------------------------------------------------------


@pytest.fixture
def image() -> str:
    """The Containerfile, a statement a line."""
    return re.sub(r" *\\\n\s*", " ", (DELIVERED / "Containerfile").read_text())


def test_what_the_image_starts_is_there(image):
    [begins] = re.findall(r'^ENTRYPOINT \["/usr/bin/tini", "--", (.*)\]$', image, re.M)
    parts = re.search(r'case "\$part" in(.*?)esac', (ROOT / "run").read_text(), re.S)[1]
    named = {"web", *re.findall(r"^#   podman run .* venture (\w+)", image, re.M)}

    assert begins == '"./run", "node"'
    assert re.findall(r'^CMD \["(\w+)"\]$', image, re.M) == ["web"]
    assert named == set(re.findall(r"^\s+(\w+)\)", parts, re.M)) == {"web", "worker", "tick", "manage"}
    assert "manage.py collectstatic --noinput" in image
    assert "collectstatic" in get_commands()


def test_the_image_has_the_libraries_of_the_script(image):
    wanted = re.search(r'^LIBRARIES="(.*)"$', (ROOT / "run").read_text(), re.M)[1].split()

    assert [name for name in wanted if name not in image.split()] == []


def test_what_the_image_leaves_out_is_asked_for_by_nobody(image):
    """The web server answers with pages that lie beside the guide."""
    [removed] = re.findall(r"&& rm -rf (tests .*)$", image, re.M)
    gone = [path for word in removed.split() for path in ROOT.glob(word)]
    needed = [answering.PAGES / "414.html", ROOT / "run", ROOT / "manage.py", ROOT / "config", ROOT / "static"]

    assert ROOT / "tests" in gone
    assert [path for path in needed if not path.exists() or any(path.is_relative_to(one) for one in gone)] == []
    assert [word for word in re.findall(r"^COPY (?!--from)(\S+) ", image, re.M) if not (ROOT / word).exists()] == []


def test_every_word_of_the_environment_is_read():
    words = re.findall(r"^(\w+)=", (DELIVERED / "environment").read_text(), re.M)
    code = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))

    assert len(words) > 15
    assert [word for word in words if f'"{word}"' not in code] == []
