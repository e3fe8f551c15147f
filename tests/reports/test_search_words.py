"""Texts cut into words, lines as people type them, and what is marked in a hit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.search.words import MOST_WORDS, excerpt, key_of, marked, read, shown, tokens_of

NUMBER = "江民创函〔2026〕14号"


def finds(line: str, *, number: str = "", names: tuple = (), texts: tuple = ()) -> bool:
    """Whether a record of this is found: all tokens are there, and what they do not prove stands together."""
    asked = read(line)
    whole = " ".join((number, *names, *texts))
    return (
        bool(asked)
        and set(asked.tokens) <= tokens_of(number, names, texts)
        and all(phrase in shown(whole) for phrase in asked.phrases)
    )


@pytest.mark.parametrize(
    "line",
    [
        NUMBER,
        "江民创函(2026)14号",
        "江民创函［2026］14",
        "〔2026〕14号",
        "2026 14号",
        "14号",
        "创函",
        "江民创函",
        "２０２６ １４",
        "函",
    ],
)
def test_a_paper_is_found_by_its_number_however_it_is_typed(line):
    assert finds(line, number=NUMBER)


@pytest.mark.parametrize("line", ["(2026)15号", "〔2025〕14号", "4号", "江民办函"])
def test_a_paper_is_not_found_by_another_number(line):
    assert not finds(line, number=NUMBER)


@pytest.mark.parametrize("line", ["LX2026-0014", "lx20260014", "ＬＸ２０２６", "0014", "2026-14", "LX20", "2026001"])
def test_a_project_is_found_by_a_part_of_its_number(line):
    assert finds(line, number="LX2026-0014")


@pytest.mark.parametrize("line", ["52110105MJ01000190", "52110105", "mj0100", "52110105mj"])
def test_an_organisation_is_found_by_how_its_code_begins(line):
    assert finds(line, number="52110105MJ01000190")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("养老", True),
        ("社区养老", True),
        ("社区养老服", True),
        ("养老 社区", True),
        ("养老、助餐", True),
        ("APP", True),
        ("社工", False),
        ("养社区", False),
        ("助餐养老", False),
        ("老", False),
    ],
)
def test_words_of_a_text_are_found_together_or_apart(line, found):
    assert finds(line, texts=("社区养老服务，ＡＰＰ助餐到家",)) is found


def test_pairs_that_stand_apart_are_no_phrase():
    assert not finds("社区养老", texts=("社区，区养，养老",))


def test_one_character_is_found_in_names_only():
    assert finds("红", names=("夕阳红合唱队",))
    assert not finds("红", texts=("夕阳红合唱队",))


def test_rare_characters_are_words_like_others():
    assert finds("𬱖娟", names=("张𬱖娟工作室",))
    assert finds("䶮", names=("刘䶮社工站",))


@pytest.mark.parametrize("line", ["", "   ", "\x00", "😀😀", '"*()-:^', "。，！", "\u200b"])
def test_a_line_without_words_asks_for_nothing(line):
    assert not read(line)


@given(st.text(max_size=120))
def test_whatever_is_typed_becomes_plain_tokens(line):
    """Nothing of a query language can come through: letters, figures and an underscore of ASCII."""
    for token in read(line).tokens:
        assert token.isascii()
        assert token.replace("_", "").isalnum()


@given(st.text(min_size=1, max_size=60))
def test_a_text_is_found_by_itself(text):
    asked = read(text)

    assert set(asked.tokens) <= tokens_of("", (text,), ()) or asked.is_cut


def test_only_the_first_words_are_looked_for():
    asked = read(" ".join(f"w{n}" for n in range(MOST_WORDS + 3)))

    assert (len(asked.needles), asked.is_cut) == (MOST_WORDS, True)


def test_brackets_and_width_make_no_difference_to_a_key():
    assert key_of(NUMBER) == key_of("江民创函(２０２６)１４号") == "江民创函202614号"


def test_what_is_found_is_marked_and_everything_else_escaped():
    assert marked('<b>社区"养老', ["养老", "b"]) == "&lt;<mark>b</mark>&gt;社区&quot;<mark>养老</mark>"
    assert marked("ＡＰＰ助餐", ["app"]) == "<mark>ＡＰＰ</mark>助餐"
    assert marked("社区养老", ["社区", "社区养老"]) == "<mark>社区养老</mark>"
    assert marked("12年1号", ["1"]) == "12年<mark>1</mark>号"


def test_an_excerpt_is_the_piece_around_what_was_found():
    text = "前" * 60 + "防诈骗宣传" + "后" * 200

    assert excerpt(text, ["防诈骗"]) == "…" + "前" * 24 + "防诈骗宣传" + "后" * 81 + "…"
    assert excerpt(text, ["没有"]) == ""
