"""Physical lines to logical lines: comments, continuations, places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail.errors import NetlistError
from longtail.netlist.lines import lowered, split_lines
from longtail.netlist.reader import read_file, read_text


def texts(deck, **options):
    return [card.text for card in split_lines("title\n" + deck, "deck.cir", **options).cards]


# each of these was read by ngspice 39 as the one card that stands behind it
@pytest.mark.parametrize(
    ("deck", "card"),
    [
        ("v1 a 0 2 $ c", "v1 a 0 2"),
        ("v1 a 0 2 $c", "v1 a 0 2"),
        ("v1 a 0 2,$ c", "v1 a 0 2,"),
        ("v1 a 0 2 // c", "v1 a 0 2"),
        ("v1 a 0 2//c", "v1 a 0 2"),
        ("v1 a 0 2;c", "v1 a 0 2"),
        ("  v1 a 0 2\t", "v1 a 0 2"),
        ("v1 a 0\n* x\n\n+ 2", "v1 a 0 2"),
        ("v1 a 0\n  +2", "v1 a 0 2"),
        ("v1 a 0 ; source\n+ 2 ; volts", "v1 a 0 2"),
        ("v1 a 0 2\n$ d\n// d\n; d\n   * d", "v1 a 0 2"),
        ("v1 a 0 {3 $ c\n+ + 1}", "v1 a 0 {3 + 1}"),
        ("V1 A 0 1MEG", "v1 a 0 1meg"),
        ("v1 a$b 0 2", "v1 a$b 0 2"),
        ('.include "a;b//c $d.cir"', '.include "a;b//c $d.cir"'),
    ],
)
def test_comments_and_continuations(deck, card):
    assert texts(deck) == [card]


def test_the_first_line_is_a_title_except_in_included_files():
    assert split_lines("r1 a 0 1k\nr2 a 0 1k\n", "f").title == "r1 a 0 1k"
    included = split_lines("r1 a 0 1k\nr2 a 0 1k\n", "f", included=True)
    assert (included.title, len(included.cards)) == ("", 2)


@pytest.mark.parametrize(("line", "title"), [("* an op-amp", "an op-amp"), ("** a **", "a **"), ("***", "***")])
def test_a_title_written_as_a_comment_has_no_asterisks(line, title):
    assert split_lines(line + "\nr1 a 0 1k\n", "f").title == title


@pytest.mark.parametrize("title", ["r1 a 0 1k", ".param a=1", "Q1 c b e n 2", "*@ input a b", ".SUBCKT s a b"])
def test_a_title_that_looks_like_a_card_is_remarked(title):
    (note,) = split_lines(title + "\n", "f").notes
    assert "title" in note.message and note.span.line == 1


@pytest.mark.parametrize("title", ["", "A long-tailed pair", "JFET pair with current mirror load", "* comment", "RC"])
def test_other_titles_are_not(title):
    assert split_lines(title + "\n", "f").notes == []


def test_nothing_is_read_behind_end_and_that_is_said():
    lines = split_lines("t\nr1 a 0 1\n.END\n* fine\nr2 a 0 1\n", "f")
    assert [card.text for card in lines.cards] == ["r1 a 0 1"]
    assert [str(note) for note in lines.notes] == ["f:5:1: not read: it stands behind .end"]
    assert split_lines("t\n.end\n\n* c\n", "f").notes == []


def test_control_sections_are_skipped_with_a_note():
    lines = split_lines("t\nr1 a 0 1\n.control\n+ op\n.end\n.endc\nr2 a 0 1\n", "f")
    assert [card.text for card in lines.cards] == ["r1 a 0 1", "r2 a 0 1"]
    assert [str(note) for note in lines.notes] == ["f:3:1: .control section skipped"]


def test_directives_in_comments_stay_and_do_not_end_a_card():
    assert texts("r1 a 0\n*@ Input A B ; both\n+ 1k") == ["r1 a 0 1k", "*@ input a b"]
    assert split_lines("t\n *@ vcm 1\n", "f").cards[0].span(3).column == 5


@given(
    st.lists(st.lists(st.sampled_from(["a", "BB", "1k", "\t", "é"]), min_size=1, max_size=4), min_size=1, max_size=5)
)
def test_every_character_knows_its_place(rows):
    physical = ["R1 x", *("+ " + " ".join(row) for row in rows)]
    (card,) = split_lines("title\n" + "\n".join(physical), "f").cards
    assert len(card.raw) == len(card.text)
    for offset, character in enumerate(card.raw):
        span = card.span(offset)
        assert span.text == physical[span.line - 2]
        if not character.isspace():
            assert span.text[span.column - 1] == character


def test_lower_case_keeps_every_place():
    assert lowered("ΑİB") == "αİb"


@pytest.mark.parametrize(
    "content",
    [
        b"t\nr1 in 0 1k\n",
        b"t\r\nr1 in 0 1k\r\n",
        b"t\rr1 in 0 1k",
        b"\xef\xbb\xbft\nr1 in 0 1k\n",
        "t\nr1 in 0 1k ; 1 kΩ\n".encode("utf-16"),
        "t\nr1 in 0 1k ; 1 k\xb5\n".encode("latin-1"),
    ],
)
def test_encodings_and_line_ends(tmp_path, content):
    path = tmp_path / "deck.cir"
    path.write_bytes(content)
    netlist = read_file(path)
    assert netlist.title == "t"
    assert netlist.path == path
    assert [word.text for word in netlist.body[0].words] == ["in", "0", "1k"]


def test_an_empty_text_is_an_empty_netlist():
    assert read_text("").body == ()


def test_the_end_of_file_of_dos():
    ended = split_lines("t\nr1 a b 1k\x1a\x1a\n\x1a\n\x1a", "a.cir")
    assert [card.text for card in ended.cards] == ["r1 a b 1k"]
    assert ended.notes == []
    joined = split_lines("t\nr1 a b 1k\n\x1a\nr2 a b 1k\n", "a.cir")
    assert [card.text for card in joined.cards] == ["r1 a b 1k", "r2 a b 1k"]
    assert [(note.span.line, note.message[:13]) for note in joined.notes] == [(3, "the file ends")]
    with pytest.raises(NetlistError, match="control character 0x1a"):
        split_lines("t\nr1 a\x1a b 1k\n", "a.cir")


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("t\n.model n npn(is=1f\n+ bf=2\n)\n", ".model n npn(is=1f bf=2 )"),
        ("t\n.model n npn(is=1f\n  ) )\n", ".model n npn(is=1f ) )"),
        ("t\n.model n npn(is=1f\n+ * bf=2\n+ vaf=3)\n", ".model n npn(is=1f vaf=3)"),
        ("t\n.param a={b\n+ * 2}\n", ".param a={b * 2}"),
        ("t\nr1 a b {2\n+ * 2}\n", "r1 a b {2 * 2}"),
        ("t\nr1 a b '2\n+ * 2'\n", "r1 a b '2 * 2'"),
        ("t\nb1 a b v=v(c)\n+ * v(d)\n", "b1 a b v=v(c) * v(d)"),
        ("t\nr1 $n_0001 b 1k $ n\n", "r1 $n_0001 b 1k"),
    ],
)
def test_lines_that_belong_to_the_card_before(text, card):
    assert [each.text for each in split_lines(text, "a.cir").cards] == [card]
