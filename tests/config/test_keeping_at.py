"""`./run worker` goes on after its processes have failed, and ends when they are done or called wrongly."""

import re
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / "run"
pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(("codes", "times", "ends"), [("1 1 0", 3, 0), ("0", 1, 0), ("2 0", 1, 2)])
def test_a_process_that_failed_begins_anew(tmp_path, codes, times, ends):
    keep_at = re.search(r"^keep_at\(\) \{.*?^\}$", RUN.read_text(), re.S | re.M)
    assert keep_at
    (tmp_path / "codes").write_text(codes.replace(" ", "\n") + "\n")
    work = tmp_path / "work"
    work.write_text(
        f"cd {tmp_path}; code=$(head -1 codes); sed -i 1d codes; echo x >> done; exit $code"  # one code a time
    )

    ended = subprocess.run(
        ["sh", "-euc", f"{keep_at[0]}\nkeep_at sh {work}"],
        env={"AGAIN_AFTER": "0", "PATH": "/usr/bin:/bin"},
        check=False,
    )

    assert (len((tmp_path / "done").read_text().split()), ended.returncode) == (times, ends)


def test_it_ends_when_it_is_told_to_and_takes_its_process_along(tmp_path):
    keep_at = re.search(r"^keep_at\(\) \{.*?^\}$", RUN.read_text(), re.S | re.M)
    assert keep_at
    script = f"{keep_at[0]}\nkeep_at sleep 60 & one=$!; sleep 0.3; kill $one; wait $one"

    ended = subprocess.run(["sh", "-c", script], timeout=20, check=False)

    assert ended.returncode == 0
