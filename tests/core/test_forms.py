"""Form parts: a phone that somebody can dial, and lengths as a reader counts them."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from core.forms import CountedTextarea, PhoneField
from core.workflow import lead_in

EMOJI, RARE = "😀", "𬱖"
"""Two units of UTF-16 each, and one character to whoever reads."""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "138 0013 8000"),
        ("010-65001111", "010-65001111"),
        ("（010）65001111", "(010)65001111"),
        ("(0512) 6555 1234", "(0512) 6555 1234"),
        ("010-65001111转802", "010-65001111转802"),
        ("010-65001111 转 802", "010-65001111 转 802"),
        ("0086-21-5555 1234", "0086-21-5555 1234"),
        ("＋86 13800138000", "+86 13800138000"),
    ],
)
def test_a_phone_is_kept_as_people_write_it(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "没有", "138001380oo", "-13800138000", "转转转转转转转", "1" * 31])
def test_what_nobody_can_dial_is_no_phone(typed):
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)


class Title(forms.Form):
    title = forms.CharField(max_length=3)
    text = forms.CharField(max_length=3, widget=CountedTextarea)


@pytest.mark.parametrize("character", [EMOJI, RARE, "好"])
def test_a_length_is_counted_by_code_point(character):
    fits = Title({"title": character * 3, "text": character * 3})
    too_long = Title({"title": character * 4, "text": character * 4})

    assert fits.is_valid()
    assert set(too_long.errors) == {"title", "text"}
    assert too_long["title"].value() == character * 4  # nothing is cut


def test_no_widget_lets_the_browser_cut():
    page = str(Title())

    assert "maxlength" not in page
    assert page.count('data-count-max="3"') == 2


def test_line_breaks_count_as_one():
    assert Title({"title": "a", "text": "一\r\n二"}).is_valid()


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Reason", "Reason: "),
        ("Why?", "Why? "),
        ("I promise.", "I promise. "),
        ("我承诺。", "我承诺。"),
        ("为什么？", "为什么？"),
    ],
)
def test_a_label_that_is_a_sentence_gets_no_colon(label, said):
    with translation.override("en"):
        assert lead_in(label) == said
