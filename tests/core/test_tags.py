"""What is made in Python because templates of it took most of a page: pictures and the options of a list."""

from datetime import date

import pytest
from django import forms
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template
from django.test import override_settings


class Marked(forms.Select):
    """Its options bear what a browser has to escape, what has no value, and what is left out."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= {"data-note": '"<&', "disabled": option["value"] == 1234567, "hidden": False}
        return option


def shown(field: forms.Field, value: object = None) -> str:
    return field.widget.render("x", value)


def test_what_is_offered_is_escaped_and_stands_in_its_groups():
    groups = [("old<", [("a&b", "<b>bold</b>"), (1234567, date(2026, 3, 1))]), ("c", "C")]

    found = shown(forms.ChoiceField(choices=groups, widget=Marked), "c")

    assert found.strip() == (
        '<select name="x"\n>\n'
        '  <optgroup label="old&lt;">\n'
        '  <option value="a&amp;b" data-note="&quot;&lt;&amp;">&lt;b&gt;bold&lt;/b&gt;</option>\n'
        '  <option value="1234567" data-note="&quot;&lt;&amp;" disabled>2026年3月1日</option>\n'
        "  </optgroup>\n"
        '  <option value="c" selected data-note="&quot;&lt;&amp;">C</option>\n'
        "</select>"
    )


@pytest.mark.parametrize(("required", "words"), [(True, "请选择"), (False, "（不选）")])
def test_the_empty_choice_says_what_it_is_for(required, words):
    class Form(forms.Form):
        x = forms.ChoiceField(choices=[("", "---------"), ("a", "A")], required=required)

    assert f'<option value="" selected>{words}</option>' in str(Form()["x"])


def test_a_picture_is_for_the_eye_only_and_its_name_is_escaped():
    found = Template("{% icon name %}").render(Context({"name": '"><script>'}))

    assert 'aria-hidden="true"' in found
    assert "/img/icons.svg#i-&quot;&gt;&lt;script&gt;" in found


def test_the_address_of_a_static_file_is_worked_out_once(tmp_path):
    (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {"a.css": "a.1.css"}, "hash": ""}')
    files = {"staticfiles": {"BACKEND": "config.storage.KnownFiles", "OPTIONS": {"location": tmp_path}}}

    with override_settings(STORAGES=files, DEBUG=False):
        first = staticfiles_storage.url("a.css")
        staticfiles_storage.hashed_files.clear()

        assert (first, staticfiles_storage.url("a.css")) == ("/static/a.1.css", "/static/a.1.css")
        with pytest.raises(ValueError, match=r"b\.css"):  # what was not collected has none
            staticfiles_storage.url("b.css")


@pytest.mark.parametrize(
    ("path", "marked"), [("/notices/", ' aria-current="page"'), ("/notices/3/", ' aria-current="true"'), ("/", "")]
)
def test_a_page_of_the_header_is_marked_while_one_is_there_or_below_it(rf, path, marked):
    given = Context({"request": rf.get(path), "label": "<b>"})
    found = Template('{% nav_link "projects:notice_list" label "seal" %}').render(given)

    assert found.startswith(f'<li><a href="/notices/"{marked}><svg')
    assert found.endswith("</svg>&lt;b&gt;</a></li>")


@pytest.mark.parametrize(("waiting", "said"), [(3, ' <span class="nav-count">3</span>'), (0, "")])
def test_a_page_of_the_header_says_how_much_waits_there_and_nothing_when_nothing_does(waiting, said):
    found = Template('{% nav_link "inbox" "A" "check" count=waiting %}').render(Context({"waiting": waiting}))

    assert found.endswith(f"</svg>A{said}</a></li>")
