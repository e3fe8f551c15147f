"""Lines of titles, sizes of marks, levels of headings: no page is laid out here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.official import Level, balanced, level, mark_lines, mark_size, numeral, width

WORDS = st.text("创投项目公益社区〔〕（）《》“”、。的2026A", min_size=1, max_size=12)


def test_title_that_fits_stays_in_one_line():
    assert balanced(["2026年柳溪镇公益创投", "项目", "立项通知书"]) == ["2026年柳溪镇公益创投项目立项通知书"]


def test_longer_title_breaks_where_a_part_ends():
    parts = ["2026年柳溪镇社区公益创投（岁末）", "项目", "立项通知书"]

    assert balanced(parts) == ["2026年柳溪镇社区公益创投（岁末）", "项目立项通知书"]


def test_title_of_one_long_part_breaks_after_names_and_never_within_quotes():
    parts = ["2026年北京市朝阳区柳溪镇“邻里守望”社区社会组织公益创投（第二批）", "项目", "评审反馈意见"]

    assert balanced(parts) == [
        "2026年北京市朝阳区柳溪镇“邻里守望”",
        "社区社会组织公益创投（第二批）",
        "项目评审反馈意见",
    ]


def test_no_title_has_no_line():
    assert balanced([]) == []


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_lines_of_a_title_are_the_title_and_fit(parts):
    lines = balanced(parts)

    assert "".join(lines) == "".join(parts)
    if len(parts) == 1 or max(map(width, parts)) > 20:
        return  # what may not be broken stays too long
    assert all(width(line) <= 20 for line in lines)


@pytest.mark.parametrize(
    ("name", "size"),
    [("东湖区民政局", "mark-8"), ("柳溪镇人民政府文件", "mark-10"), ("柳" * 18, "mark-18"), ("柳" * 19, "mark-long")],
)
def test_red_mark_is_as_large_as_it_fits(name, size):
    assert mark_size(name) == size


def test_long_mark_breaks_after_the_office():
    assert mark_lines("北京市朝阳区柳溪镇人民政府社区建设办公室（社会工作部）文件") == [
        "北京市朝阳区柳溪镇人民政府",
        "社区建设办公室（社会工作部）文件",
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("一、关于经费", (Level.FIRST, "一、关于经费", "")),
        ("十二、会议听取了汇报。大家同意。", (Level.FIRST, "十二、会议听取了汇报。", "大家同意。")),
        ("（一）核减。由财务审核。", (Level.SECOND, "（一）核减。", "由财务审核。")),
        ("1. 预算", (Level.TEXT, "", "1. 预算")),
        ("一起讨论、表决", (Level.TEXT, "", "一起讨论、表决")),
        ("一、" + "长" * 60, (Level.TEXT, "", "一、" + "长" * 60)),
    ],
)
def test_level_of_a_line_is_told_by_how_it_begins(line, found):
    assert level(line) == found


@pytest.mark.parametrize(
    ("number", "said"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一"), (100, "100")]
)
def test_headings_are_numbered_in_words(number, said):
    assert numeral(number) == said
