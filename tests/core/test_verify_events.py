"""What `manage.py verify_events` takes from whoever runs it, files of roots and days, and what it says of none."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.models import DailyRoot
from core.sealing import seal_events, standing, take_root
from core.workflow import record
from people.models import User
from tests.core.test_sealing import NOON


@pytest.fixture
def chain(db):
    """Six links of two days, and the root of the second."""
    person = User.objects.create(username="chenjing", name="陈静")
    with clock.at(NOON):
        for _n in range(4):
            record(person, "said", by=person)
        seal_events()
    with clock.at(NOON + timedelta(days=1)):
        take_root()
        record(person, "said", by=person)
        record(person, "said", by=person)
        seal_events()


def told(**asked) -> str:
    out = StringIO()
    call_command("verify_events", strict=True, stdout=out, **asked)
    return out.getvalue()


def test_sum_says_with_how_many_roots_the_log_was_compared(chain, tmp_path):
    kept = tmp_path / "roots.csv"
    kept.write_text(f"day,number,hash\n2026-03-03,4,{DailyRoot.objects.get().hash}\n2026-03-04,6,{standing().hash}\n")

    assert "已对照平台自存的1个根校验码和公告、文件中的2个根校验码" in told(roots=kept)
    assert "已对照平台自存的1个根校验码和公告、文件中的0个根校验码" in told()
    DailyRoot.objects.create(day=date(2026, 3, 4), number=6, hash=standing().hash)
    since = told(roots=kept, since=date(2026, 3, 4))  # comes by the last link only
    assert "已对照平台自存的1个根校验码和公告、文件中的1个根校验码" in since


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("garbage\n", "中没有找到任何根校验码"),
        ("day,number,hash,taken_at\n", "中没有找到任何根校验码"),
        ("day,number,hash\nmore garbage\n", "第2行不是根校验码"),
        ("day,number,hash\n2026-03-03,4,no hash\n", "第2行不是根校验码"),
        ("day,number,hash\n2026-13-03,4," + "0" * 64, "第2行不是根校验码"),
        ("", "文件是空的"),
    ],
)
def test_file_without_roots_proves_nothing(chain, tmp_path, text, said):
    kept = tmp_path / "roots.csv"
    kept.write_text(text)

    for strict in (False, True):
        with pytest.raises(CommandError, match=said):
            call_command("verify_events", roots=kept, strict=strict, stdout=StringIO())


def test_day_that_is_none_is_said_in_one_sentence(chain):
    for day in ("2126-13-01", "yesterday"):
        with pytest.raises(CommandError, match=f"^{day}不是日期：请写成2026-03-31的样子。$"):
            call_command("verify_events", f"--since={day}", stdout=StringIO())
    call_command("verify_events", "--since=2026-03-03", stdout=StringIO())
