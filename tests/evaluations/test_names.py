"""Do two names mean the same organisation? The same bars, near is for a person to look at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.names import is_near, scent, stem, traces

CENTRE = "柳溪社会工作服务中心"


@pytest.mark.parametrize(
    "other",
    [
        "柳溪社会工作服务中心 ",
        "柳溪 社会工作服务中心",
        "（柳溪）社会工作服务中心",
        "柳溪社会工作服务中心有限公司",
        "柳溪社会工作服务中心有限责任公司",
        "柳溪社会工作服务中心（集团）有限公司",
        "柳溪社会工作服务中心(集团)",
    ],
)
def test_a_name_is_the_same_in_any_spelling_and_legal_form(other):
    assert stem(other) == stem(CENTRE)


def test_letters_are_the_same_in_any_width_and_case():
    assert stem("ＡＢＣ公益中心") == stem("abc公益中心")


def test_a_legal_form_is_kept_where_nothing_would_be_left_to_know_it_by():
    assert stem("北京有限公司") != stem("北京集团")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CENTRE, "朝阳区柳溪社会工作服务中心"),
        ("北京市朝阳区柳溪社会工作服务中心", "朝阳区柳溪社会工作服务中心"),
        ("北京大学", "北京大学社会学系"),
        (CENTRE, "柳溪社会工作服务中新"),
        (CENTRE, "柳溪社会工作服务中心站"),
    ],
)
def test_a_district_a_department_or_a_slip_makes_a_name_near(one, other):
    one, other = stem(one), stem(other)

    assert is_near(one, other)
    assert is_near(other, one)
    assert scent(one) & traces(other)
    assert scent(other) & traces(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CENTRE, CENTRE),
        ("海淀区柳溪社会工作服务中心", "朝阳区柳溪社会工作服务中心"),
        ("柳溪镇第一中心小学", "柳溪镇第二中心小学"),
        ("东街社区居民委员会", "西街社区居民委员会"),
        ("合唱团", "合唱队"),
        (CENTRE, "和风社会工作服务中心"),
    ],
)
def test_neighbours_and_strangers_are_not_near(one, other):
    assert not is_near(stem(one), stem(other))


NAMES = st.text("北京市朝阳区柳溪社工中心一二有限公司", min_size=1, max_size=12)


@given(NAMES, NAMES)
def test_whatever_is_near_is_found_by_its_traces(one, other):
    one, other = stem(one), stem(other)

    assert not is_near(one, other) or scent(one) & traces(other)
    assert is_near(one, other) == is_near(other, one)
