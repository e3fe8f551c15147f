"""Copied proposals are found with their passages, and what everybody writes is no copy."""

import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.similarity import (
    FEWEST_COMMON,
    Span,
    ignored_between,
    marked,
    shared_spans,
    similar_pairs,
    similar_to,
)

PASSAGE = (
    "由社工带两名护理志愿者每周上门两小时，替长期照护失能老人的家属“换班”，"
    "并教会家属翻身、助浴、防压疮等基本技能；每月末在社区活动室开一次家属小组，大家说说难处"
)
CARE = "走访得知四个社区有失能老人31户，主要照护者平均六十五岁，其中19人一年没有连续休息过半天。" + PASSAGE + "。"
CARE_COPIED = "石佛营东里的独居老人冬天最怕冷清，子女多在外地。我们从去年开始摸底，今年想把事做实。" + PASSAGE + "！"
# The same subject in another's own words.
CARE_OWN = (
    "本街道登记的卧床老人有27位，照顾他们的多半是老伴，自己也有病。项目请退休护士轮流到家里看护，让家属能出门买菜、看病、睡一个整觉。"
    "春节前办照护课堂，讲怎样喂饭不呛、怎样换尿垫不伤腰；建一个微信群，有急事随时找得到人。年底请每户打分，低于八十分的重新商量办法。"
)
PAINTING = (
    "每周一次工笔画课，请退休美术老师带邻居从零学起，年底办笔会和公益拍卖，善款帮助残障邻居。"
    "入户走访86户，52户想学书画却没有老师和场地。全年开课44次，固定学员不少于25人，办作品展1场。"
)
DANCE = (
    "以广场舞和合唱为纽带，请租住在小区的外来居民一起排练、一起慰问孤寡老人，让新老邻居认识彼此。"
    "居民议事会上最多的意见是楼上楼下不认识。舞队发展到25人以上，公益演出6场，入户慰问孤寡老人30户。"
)
FORM = (
    "一、项目背景与需求分析（请说明调研方法、服务对象人数和需求的紧迫程度）；"
    "二、项目目标与预期成效（请写明可以检验的指标）；三、实施计划与进度安排（请按月填写）。"
)


def ids(pairs) -> list:
    return [(pair.left, pair.right) for pair in pairs]


def test_a_copied_paragraph_is_found_with_its_place_in_both_texts():
    texts = {"care": CARE, "painting": PAINTING, "copy": CARE_COPIED, "dance": DANCE}

    (pair,) = similar_pairs(texts, threshold=0.3)

    (span,) = pair.spans
    assert (pair.left, pair.right) == ("care", "copy")
    assert CARE[span.left : span.left + span.length] == PASSAGE
    assert CARE_COPIED[span.right : span.right + span.right_length] == PASSAGE


def test_independent_texts_on_the_same_subject_are_not_alike():
    assert similar_pairs({1: CARE, 2: CARE_OWN, 3: PAINTING, 4: DANCE}, threshold=0.3) == []


def test_the_score_is_the_share_of_the_shorter_text():
    # "abcdefgh" has four grams (abcde, bcdef, cdefg, defgh); all but the last stand in the other text.
    (pair,) = similar_pairs({1: "abcdefgh", 2: "abcdefgxyzuvw"}, threshold=0.1)

    assert pair.score == 3 / 4


def test_the_form_itself_is_no_copy():
    texts = {1: FORM + PAINTING, 2: FORM + DANCE}

    assert ids(similar_pairs(texts, threshold=0.3)) == [(1, 2)]
    assert similar_pairs(texts, threshold=0.3, boilerplate=[FORM]) == []


def test_the_form_is_not_among_the_passages_of_a_copy():
    copy = FORM.replace("；", "\n") + CARE_COPIED

    (pair,) = similar_pairs({1: FORM + CARE, 2: copy}, threshold=0.3, boilerplate=[FORM])

    (span,) = pair.spans
    assert copy[span.right : span.right + span.right_length] == PASSAGE


def test_the_form_makes_the_text_no_longer():
    (bare,) = similar_pairs({1: CARE, 2: CARE_COPIED}, threshold=0.3)

    (pair,) = similar_pairs({1: FORM + CARE, 2: FORM + CARE_COPIED}, threshold=0.3, boilerplate=[FORM])

    assert pair.score == pytest.approx(bare.score, abs=0.03)  # but for the few grams where form and text meet


def test_forms_that_are_filled_with_a_few_words_are_no_copies():
    left, right = FORM + "养老服务", FORM + "养老服务队"

    assert similar_pairs({1: left, 2: right}, threshold=0.3, boilerplate=[FORM]) == []


def test_a_sentence_that_all_texts_have_does_not_count():
    sentence = "项目经费专款专用、单独建账核算，并接受街道、居民和社会的监督，结束后形成可复制可推广的经验。" * 2
    own = [PAINTING, DANCE, CARE_OWN, CARE, *(chr(0x4E00 + 97 * n) * 60 for n in range(FEWEST_COMMON - 3))]
    texts = {number: sentence + text for number, text in enumerate(own)}

    few = similar_pairs(dict(list(texts.items())[:FEWEST_COMMON]), threshold=0.2)
    all_of_them = similar_pairs(texts, threshold=0.2)

    assert few  # three texts may well be copies of one another
    assert all_of_them == []


def test_six_copies_among_twelve_are_copies_and_no_template():
    texts = {number: CARE for number in range(6)} | {n: chr(0x4E00 + 97 * n) * 60 for n in range(6, 12)}

    assert len(similar_pairs(texts, threshold=0.9)) == 15


def test_what_the_score_ignores_is_known_for_two_texts_too():
    sentence = "项目经费专款专用、单独建账核算，并接受街道、居民和社会的监督。"
    others = [sentence + chr(0x4E00 + 97 * n) * 60 for n in range(FEWEST_COMMON)]
    one, two = sentence + CARE, sentence + CARE_COPIED

    ignored = ignored_between(one, two, others)

    (span,) = shared_spans(one, two, ignored=ignored)
    assert one[span.left : span.left + span.length].endswith(PASSAGE)
    assert sentence[:10] not in one[span.left : span.left + span.length]
    assert ignored_between(one, two, others[:3]) == frozenset()
    assert ignored_between(FORM, FORM, [], boilerplate=[FORM])


def test_two_identical_texts_among_three_are_found():
    (pair,) = similar_pairs({1: CARE, 2: PAINTING, 3: CARE}, threshold=1.0)

    assert (pair.left, pair.right, pair.score) == (1, 3, 1.0)


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: text.replace("，", " ").replace("。", "\n\n").replace("“", "「"),
        lambda text: " ".join(text),
        lambda text: "\u200b".join(text),
        lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        str.upper,
        lambda text: unicodedata.normalize("NFD", text),
    ],
    ids=["punctuation", "spaces", "zero width", "full width", "capitals", "decomposed"],
)
def test_a_disguise_hides_nothing(disguise):
    text = "Café 2014：" + CARE.rstrip("。")
    disguised = disguise(text)

    (pair,) = similar_pairs({1: text, 2: disguised}, threshold=0.3)

    assert pair.score == 1.0
    assert pair.spans == (Span(left=0, right=0, length=len(text), right_length=len(disguised)),)


def test_a_short_text_inside_a_long_one_is_found():
    (pair,) = similar_pairs({"long": CARE + PAINTING + DANCE * 3, "short": PAINTING}, threshold=0.9)

    assert pair.score == 1.0
    assert pair.spans[0].left == len(CARE)


def test_paragraphs_in_another_order_are_all_shown():
    left, right = PAINTING + DANCE, DANCE + PAINTING

    spans = shared_spans(left, right)

    assert [(span.left, span.right) for span in spans] == [(0, len(DANCE)), (len(PAINTING), 0)]


def test_positions_count_code_points_also_beyond_the_basic_plane():
    left, right = "𬱖𬱖：" + PASSAGE, "罗𬱖老师。" + PASSAGE

    (span,) = shared_spans(left, right)

    assert (span.left, span.right, span.length) == (3, 5, len(PASSAGE))


def test_a_rare_character_is_a_letter_like_any_other():
    assert shared_spans("𬱖老师教石佛营的孩子", "甲老师教石佛营的孩子", shortest=10) == ()
    assert len(shared_spans("𬱖老师教石佛营的孩子", "𬱖老师教石佛营的孩子", shortest=10)) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("活动室面积一百二十㎡", "活动室面积一百二十m3"), ("㎡活动室面积一百二十", "c2活动室面积一百二十")],
)
def test_one_character_that_stands_for_two_is_marked_whole_or_not_at_all(left, right):
    for one, two in [(left, right), (right, left)]:
        (span,) = shared_spans(one, two)

        assert one[span.left : span.left + span.length] == "活动室面积一百二十"
        assert two[span.right : span.right + span.right_length] == "活动室面积一百二十"


def test_passages_that_overlap_in_one_text_are_both_shown():
    left = "子女多在外地的独居老人冬天最怕冷清"
    right = "子女多在外地的独居老人；我们看到，独居老人冬天最怕冷清"

    spans = shared_spans(left, right)

    assert [left[span.left : span.left + span.length] for span in spans] == [
        "子女多在外地的独居老人",
        "独居老人冬天最怕冷清",
    ]


def test_a_coincidence_of_a_few_characters_is_no_passage():
    assert shared_spans("请社区志愿者来", "找社区志愿者去") == ()
    assert [span.length for span in shared_spans("请社区志愿者来", "找社区志愿者去", shortest=5)] == [5]


def test_the_likest_come_first_and_equal_ones_in_the_order_given():
    texts = {"z": CARE, 7: CARE_COPIED, "a": CARE, None: PAINTING, ("x", 1): PAINTING}

    pairs = similar_pairs(texts, threshold=0.3)

    assert ids(pairs) == [("z", "a"), (None, ("x", 1)), ("z", 7), (7, "a")]
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)


def test_the_result_does_not_depend_on_the_run():
    # Python's own hashes of strings differ from run to run.
    code = (
        "from tests.projects.test_similarity import *;"
        "print(similar_pairs(dict(enumerate([CARE, CARE_COPIED, FORM + CARE, DANCE, DANCE[9:]])), threshold=0.01))"
    )
    root = Path(__file__).parents[2]

    def run(seed: str) -> str:
        env = {"PYTHONHASHSEED": seed}
        return subprocess.run([sys.executable, "-c", code], cwd=root, env=env, capture_output=True, text=True).stdout

    assert run("1") == run("2") != ""


def test_the_order_of_the_texts_changes_no_score():
    texts = {1: CARE, 2: CARE_COPIED, 3: PAINTING, 4: FORM + PAINTING}

    forth = similar_pairs(texts, threshold=0.1)
    back = similar_pairs(dict(reversed(texts.items())), threshold=0.1)

    assert [(p.left, p.right, p.score) for p in forth] == [(p.right, p.left, p.score) for p in back]


def test_passages_are_the_same_seen_from_the_other_side():
    forth, back = shared_spans(CARE, FORM + CARE_COPIED), shared_spans(FORM + CARE_COPIED, CARE)

    assert [(s.left, s.right, s.length, s.right_length) for s in forth] == [
        (s.right, s.left, s.right_length, s.length) for s in back
    ]


def test_a_new_text_is_compared_with_the_stored_ones():
    stored = {"painting": PAINTING, "care": CARE, "own": CARE_OWN, "again": CARE_COPIED}

    pairs = similar_to(CARE_COPIED, stored, threshold=0.3)

    assert ids(pairs) == [(None, "again"), (None, "care")]
    assert CARE_COPIED[pairs[1].spans[0].left :].startswith(PASSAGE)


def test_a_new_text_scores_as_it_would_among_the_stored_ones():
    stored = {1: PAINTING, 2: CARE, 3: CARE_OWN, 4: FORM + DANCE}

    new = similar_to(FORM + CARE_COPIED, stored, threshold=0.01)

    among = similar_pairs({None: FORM + CARE_COPIED, **stored}, threshold=0.01)
    assert new == [pair for pair in among if pair.left is None]


def phrase_texts(count: int) -> dict[int, str]:
    """Texts put together from the same sixty phrases, some of them rare: any two share a little, some a lot."""
    chance = Random(2014)
    phrases = ["".join(chance.choices("社区居民老人志愿服务活动项目邻里互助", k=9)) for _ in range(60)]
    rarity = [1 / (place + 1) for place in range(60)]
    return {number: "，".join(chance.choices(phrases, rarity, k=chance.randint(3, 12))) for number in range(count)}


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.3, 0.5])
def test_the_index_finds_what_comparing_with_each_text_finds(threshold):
    texts = phrase_texts(60)

    among = similar_pairs(texts, threshold=threshold)

    one_by_one = {}
    for number, text in texts.items():
        others = {other: stored for other, stored in texts.items() if other != number}
        one_by_one |= {(number, pair.right): pair.score for pair in similar_to(text, others, threshold=threshold)}
    assert among
    assert {(pair.left, pair.right): pair.score for pair in among} == {
        (left, right): score for (left, right), score in one_by_one.items() if left < right
    }


def test_a_copy_is_found_by_its_rarest_words_where_few_may_be_looked_up(monkeypatch):
    many = phrase_texts(60)
    texts = {**many, "care": PASSAGE[:40] + many[0][:40], "copy": PASSAGE[:40] + many[1][:40]}

    monkeypatch.setattr("projects.similarity.LOOKED_UP", 4)
    assert ("care", "copy") in ids(similar_pairs(texts, threshold=0.3))

    monkeypatch.setattr("projects.similarity.LOOKED_UP", 0)
    assert similar_pairs(texts, threshold=0.3) == []


def test_the_likest_text_is_found_where_few_may_be_counted(monkeypatch):
    monkeypatch.setattr("projects.similarity.COUNTED", 1)
    texts = {"half": PASSAGE[:40] + PAINTING, "all": PASSAGE + DANCE, "third": PASSAGE[:30] + CARE_OWN, "copy": PASSAGE}

    pairs = similar_pairs(texts, threshold=0.2)

    assert [pair.left for pair in pairs if pair.right == "copy"] == ["all"]


@pytest.mark.parametrize("threshold", [0, -0.1, 1.01, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        similar_pairs({1: CARE, 2: CARE}, threshold=threshold)
    with pytest.raises(ValueError, match="threshold"):
        similar_to(CARE, {}, threshold=threshold)


def test_a_passage_of_no_length_is_refused():
    with pytest.raises(ValueError, match="shortest"):
        shared_spans(CARE, CARE, shortest=0)


@pytest.mark.parametrize("nothing", ["", None, "社区老人", "，。！ \n\u200b", "社，区，老，人"])
def test_a_text_without_five_letters_is_like_nothing(nothing):
    assert similar_pairs({1: nothing, 2: nothing, 3: CARE}, threshold=0.01) == []
    assert similar_to(nothing, {1: nothing, 2: CARE}, threshold=0.01) == []
    assert shared_spans(nothing, nothing) == ()


def test_no_texts_have_no_pairs():
    assert similar_pairs({}, threshold=0.5) == []
    assert similar_to(CARE, {}, threshold=0.5) == []


def test_boilerplate_that_is_empty_takes_nothing_away():
    assert len(similar_pairs({1: CARE, 2: CARE}, threshold=1, boilerplate=["", None, "表格"])) == 1
    assert len(similar_pairs({1: CARE, 2: CARE}, threshold=1, boilerplate=None)) == 1


def test_a_text_of_one_character_repeated_takes_no_time():
    long = {1: "好" * 20_000, 2: "好" * 20_000 + "坏"}

    (pair,) = similar_pairs(long, threshold=0.5)

    assert pair.spans[0].length == 20_000


@pytest.mark.parametrize(
    ("places", "pieces"),
    [
        ([], [("一二三四五六", False)]),
        ([(1, 2)], [("一", False), ("二三", True), ("四五六", False)]),
        ([(0, 6)], [("一二三四五六", True)]),
        ([(3, 2), (0, 1)], [("一", True), ("二三", False), ("四五", True), ("六", False)]),
        ([(0, 3), (2, 2)], [("一二三四", True), ("五六", False)]),  # overlapping
        ([(0, 2), (2, 2)], [("一二三四", True), ("五六", False)]),  # side by side
        ([(0, 5), (1, 2)], [("一二三四五", True), ("六", False)]),  # one in the other
        ([(4, 9), (9, 9), (-2, 3), (2, 0)], [("一", True), ("二三四", False), ("五六", True)]),  # beyond the ends
    ],
)
def test_a_text_is_cut_into_shared_and_other_pieces(places, pieces):
    assert marked("一二三四五六", places) == pieces


def test_an_empty_text_has_no_pieces():
    assert marked("", [(0, 3)]) == []
    assert marked(None, []) == []


# Few characters, so that passages are shared by chance; ㎡ and ﬁ unfold to two letters.
writing = st.text("社区老人服务一二，。 \n\u200b㎡m2ﬁiＡaé𬱖", max_size=80)


def folded(text: str) -> str:
    """The comparison of the tests: letters and digits, whatever their width and case."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in plain if char.isalnum())


def score(left: str, right: str) -> float:
    """What the docstring says, counted pair by pair."""
    one, two = ({text[i : i + 5] for i in range(len(text) - 4)} for text in (folded(left), folded(right)))
    return len(one & two) / min(len(one), len(two)) if one and two else 0.0


@given(writing, writing)
def test_every_passage_is_really_shared(left, right):
    for span in shared_spans(left, right, shortest=3):
        one = left[span.left : span.left + span.length]
        two = right[span.right : span.right + span.right_length]

        assert folded(one) == folded(two)
        assert len(folded(one)) >= 3
        assert all(map(folded, (one[0], one[-1], two[0], two[-1])))  # begins and ends with a letter


@given(st.text("社区老", max_size=60), st.text("社区老，", max_size=60))
def test_no_passage_is_missed(left, right):
    spans = shared_spans(left, right, shortest=4)

    covered = {place for span in spans for place in range(span.left, span.left + span.length)}
    shared = {
        place
        for start in range(len(left) - 3)
        if left[start : start + 4] in folded(right)
        for place in range(start, start + 4)
    }
    assert covered == shared


@given(writing)
def test_identical_texts_are_wholly_alike(text):
    pairs = similar_pairs({1: text, 2: text, 3: PAINTING}, threshold=1)

    assert [(pair.left, pair.right, pair.score) for pair in pairs] == ([(1, 2, 1.0)] if len(folded(text)) >= 5 else [])


@given(st.lists(writing, max_size=FEWEST_COMMON), st.sampled_from([0.01, 0.2, 0.5, 1]))
def test_the_index_finds_exactly_the_pairs_that_counting_every_pair_finds(texts, threshold):
    found = similar_pairs(dict(enumerate(texts)), threshold=threshold)

    counted = {
        (left, right): score(texts[left], texts[right])
        for left in range(len(texts))
        for right in range(left + 1, len(texts))
        if score(texts[left], texts[right]) >= threshold
    }
    assert {(pair.left, pair.right): pair.score for pair in found} == counted
    assert all(0 < pair.score <= 1 for pair in found)


@given(writing, st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=6))
def test_the_pieces_joined_are_the_text(text, places):
    pieces = marked(text, places)

    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)
    assert all(a[1] != b[1] for a, b in pairwise(pieces))
