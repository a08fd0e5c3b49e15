"""Includes: relative to the including file, within the folder, bounded."""

import pytest

from longtail.elaborate import load
from longtail.elaborate.scope import bounds as limits
from longtail.elaborate.scope import includes
from longtail.errors import NetlistError


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_files_are_found_beside_the_file_that_includes_them(tmp_path):
    write(
        tmp_path,
        main_cir="main\n.include sub/a.inc\nr0 x 0 1\n",
        sub__a_inc="r1 x 0 1k\n.include b.inc\n",
        sub__b_inc='r2 x 0 1k\n.include "../c.inc"\n',
        c_inc="r3 x 0 1k\n",
    )
    assert list(load(tmp_path / "main.cir").instances) == ["r1", "r2", "r3", "r0"]


def test_a_library_gives_one_section(tmp_path):
    library = ".lib fast\n.param k=1\n.endl\n.lib slow\n.param k=2\n.lib 'lib.inc' common\n.endl\n"
    library += ".lib common\n.param c=5\n.endl\n"
    write(tmp_path, main_cir="main\n.lib lib.inc slow\nr1 x 0 {k*c}\n", lib_inc=library)
    circuit = load(tmp_path / "main.cir")
    assert circuit.parameters == {"k": 2.0, "c": 5.0}


def test_an_unknown_section_is_named(tmp_path):
    write(tmp_path, main_cir="main\n.lib lib.inc slw\nr1 x 0 1\n", lib_inc=".lib slow\n.param k=2\n.endl\n")
    with pytest.raises(NetlistError, match="no section 'slw'") as caught:
        load(tmp_path / "main.cir")
    assert caught.value.hint == "did you mean 'slow'?"
    assert caught.value.span.line == 2


def test_a_missing_file_names_the_nearest(tmp_path):
    write(tmp_path, main_cir="main\nr1 x 0 1\n.include model.inc\n", models_inc="r2 x 0 1\n")
    with pytest.raises(NetlistError, match=r"file 'model.inc' is not there") as caught:
        load(tmp_path / "main.cir")
    assert (caught.value.span.line, caught.value.hint) == (3, "did you mean 'models.inc'?")


def test_the_folder_is_not_left_unless_allowed(tmp_path):
    write(tmp_path, in__main_cir="main\n.include ../out.inc\nr1 x 0 1\n", out_inc="r2 x 0 1\n")
    with pytest.raises(NetlistError, match="outside the folder"):
        load(tmp_path / "in" / "main.cir")
    assert "r2" in load(tmp_path / "in" / "main.cir", allow_includes_outside=True).instances


def test_a_link_does_not_lead_out(tmp_path):
    write(tmp_path, in__main_cir="main\n.include here.inc\nr1 x 0 1\n", out_inc="r2 x 0 1\n")
    (tmp_path / "in" / "here.inc").symlink_to(tmp_path / "out.inc")
    with pytest.raises(NetlistError, match="outside the folder"):
        load(tmp_path / "in" / "main.cir")


def test_names_that_cannot_be_files(tmp_path):
    (tmp_path / "a.inc").symlink_to(tmp_path / "b.inc")
    (tmp_path / "b.inc").symlink_to(tmp_path / "a.inc")
    for name in ("a.inc", "n" * 5000):
        write(tmp_path, main_cir=f"main\n.include {name}\nr1 x 0 1\n")
        with pytest.raises(NetlistError, match=r"cannot be a file name|cannot read|is not there"):
            load(tmp_path / "main.cir")


def test_circles_are_named(tmp_path):
    write(tmp_path, main_cir="main\n.include a.inc\nr1 x 0 1\n", a_inc=".include b.inc\n", b_inc=".include a.inc\n")
    with pytest.raises(NetlistError, match=r"include each other: a.inc -> b.inc -> a.inc") as caught:
        load(tmp_path / "main.cir")
    assert caught.value.span.file.endswith("b.inc")


def test_depth_and_size_are_bounded(tmp_path, monkeypatch):
    chain = {f"f{i}_inc": f".include f{i + 1}.inc\n" for i in range(limits.INCLUDE_DEPTH + 2)}
    write(tmp_path, main_cir="main\n.include f0.inc\nr1 x 0 1\n", **chain)
    with pytest.raises(NetlistError, match="nested deeper than 32"):
        load(tmp_path / "main.cir")
    monkeypatch.setattr(includes.limits, "INCLUDE_BYTES", 10)
    with pytest.raises(NetlistError, match="larger than"):
        load(tmp_path / "main.cir")


def test_including_a_file_twice_is_harmless(tmp_path):
    write(tmp_path, main_cir="main\n.include m.inc\n.include m.inc\nd1 x 0 dm\n", m_inc=".model dm d(is=1e-14)\n")
    assert load(tmp_path / "main.cir").models["dm"].parameters == {"is": 1e-14}


def test_an_include_inside_a_subcircuit_is_local(tmp_path):
    write(
        tmp_path, main_cir="main\n.subckt s p\n.include m.inc\nd1 p 0 dm\n.ends\nx1 a s\n", m_inc=".model dm d(is=1)\n"
    )
    assert list(load(tmp_path / "main.cir").models) == ["x1.dm"]


@pytest.mark.parametrize("name", ["C:\\Users\\joe\\AppData\\Local\\LTspice\\lib\\cmp\\standard.bjt", "standard.jft"])
def test_the_libraries_that_ltspice_names_everywhere_may_be_missing(tmp_path, name):
    deck = tmp_path / "draft.net"
    deck.write_text(f"draft\nv1 a 0 1\nq1 a a 0 2N3904\n.model NPN NPN\n.lib {name}\n")
    with pytest.raises(NetlistError, match="unknown model '2n3904'"):
        load(deck)
    deck.write_text(deck.read_text() + ".model 2N3904 NPN(Bf=300)\n")
    assert any("LTspice's own" in note.message and name in note.message for note in load(deck).notes)


def test_a_file_in_other_capital_letters_is_read_where_there_is_one(tmp_path):
    deck = tmp_path / "deck.cir"
    deck.write_text("a\n.include Models.lib\nv1 a 0 1\nd1 a 0 dx\n")
    (tmp_path / "MODELS.LIB").write_text(".model dx d(is=2f)\n")
    circuit = load(deck)
    assert circuit.models["dx"].parameters["is"] == 2e-15
    assert [note.message for note in circuit.notes] == [
        "'Models.lib' is read from 'MODELS.LIB': they differ in capital letters alone"
    ]
    (tmp_path / "models.LIB").write_text(".model dx d(is=3f)\n")
    with pytest.raises(NetlistError, match=r"file 'Models\.lib' is not there"):
        load(deck)
    (tmp_path / "Models.lib").write_text(".model dx d(is=4f)\n")
    assert load(deck).models["dx"].parameters["is"] == 4e-15


def test_a_file_in_other_capital_letters_stays_in_the_folder(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "MODELS.LIB").write_text(".model dx d(is=2f)\n")
    deck = tmp_path / "inside" / "deck.cir"
    (tmp_path / "inside" / "MODELS.LIB").symlink_to(tmp_path / "MODELS.LIB")
    deck.write_text("a\n.include models.lib\nv1 a 0 1\nd1 a 0 dx\n")
    with pytest.raises(NetlistError, match="lies outside the folder"):
        load(deck)


def test_what_pspice_names_everywhere_may_be_missing(tmp_path):
    deck = tmp_path / "schematic.cir"
    deck.write_text('a\n.lib "nom.lib"\n.inc "schematic.als"\nv1 a 0 1\nr1 a 0 1\n')
    assert [note.message.split(":")[0] for note in load(deck).notes] == [
        "PSpice's own 'nom.lib' is not here",
        "'schematic.als' is not here",
    ]
    deck.write_text("a\n.lib nominal.lib\nv1 a 0 1\nr1 a 0 1\n")
    with pytest.raises(NetlistError, match=r"file 'nominal\.lib' is not there"):
        load(deck)


def test_a_library_of_that_name_is_read_where_it_is(tmp_path):
    (tmp_path / "standard.bjt").write_text(".model 2N3904 NPN(Bf=300)\n")
    deck = tmp_path / "draft.net"
    deck.write_text("draft\nv1 a 0 1\nq1 a a 0 2N3904\n.lib standard.bjt\n")
    assert "2n3904" in load(deck).models
