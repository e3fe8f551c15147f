"""Keys: texts that share words share keys, and of a thousand words some thirty are kept."""

import random

from projects.likeness_keys import SHARE, key_of, keys_of_text

DICE = random.Random(7)
LONG = "".join(chr(DICE.randrange(0x4E00, 0x9FA5)) for _each in range(6_000))
OTHER = "".join(chr(DICE.randrange(0x4E00, 0x9FA5)) for _each in range(6_000))


def test_one_gram_in_so_many_is_kept():
    assert 6_000 / SHARE * 0.7 < len(keys_of_text(LONG)) < 6_000 / SHARE * 1.3


def test_a_short_text_inside_a_long_one_has_only_keys_of_the_long_one():
    part = LONG[1_000:2_000]

    assert keys_of_text(part)
    assert keys_of_text(part) <= keys_of_text(LONG)


def test_width_spaces_and_punctuation_change_no_key():
    assert keys_of_text("，".join(LONG[at : at + 20] + " " for at in range(0, 6_000, 20))) == keys_of_text(LONG)


def test_other_words_have_other_keys():
    assert not keys_of_text(LONG) & keys_of_text(OTHER)


def test_what_the_form_says_has_no_keys():
    assert keys_of_text(LONG, [LONG]) == set()


def test_keys_of_different_things_differ_and_fit_into_the_database():
    keys = {key_of("line", "a", "b"), key_of("line", "ab"), key_of("number", "a", "b"), key_of("line", "a", "b")}

    assert len(keys) == 3
    assert all(0 <= key < 2**63 for key in keys)
