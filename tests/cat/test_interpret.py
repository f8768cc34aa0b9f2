"""The interpreter of cat: what terms a text means, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.cat.load import MODELS, load
from verifier.cat.terms import BaseRelation, Fixpoint, Model, RelationTerm, Variable
from verifier.errors import ModelError


def model(tmp_path: Path, text: str) -> Model:
    file = tmp_path / "m.cat"
    file.write_text(text)
    return load(str(file))


def term(tmp_path: Path, text: str) -> object:
    return dict(model(tmp_path, text).definitions)["x"]


PO, RF = BaseRelation("po"), BaseRelation("rf")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("let f(a) = a ; po let x = f(rf)", "let x = rf ; po"),
        ("let f a = a ; po let x = f rf", "let x = rf ; po"),
        ("let f(a, b) = b ; a let x = f(rf, po)", "let x = po ; rf"),
        ("let f = fun (a, b) -> a | b let x = f(rf, po)", "let x = rf | po"),
        ("let x = let y = rf in y ; po", "let x = rf ; po"),
        ("let x = try unknown with rf", "let x = rf"),
        ("let x = 0 | rf", "let x = rf"),
        ("let x = [W | 0] ; po", "let x = [W] ; po"),
        ("let x = 0 ; rf | po", "let x = po"),
        ("let x = (rf ; po) ; co", "let x = rf ; po ; co"),
        ("let rf = po let x = rf", "let x = po"),
        ("let x = fencerel(Mb)", "let x = (po & (_ * Mb)) ; po"),
        ("let x = [domain(rf)]", "let x = [domain rf]"),
        ("let x = [{}] | po", "let x = po"),
        ("let x = oa-changes(W, map (fun s -> s) {}) | po", "let x = po"),
    ],
)
def test_meaning(tmp_path: Path, text: str, same: str) -> None:
    assert term(tmp_path, text) == term(tmp_path, same)


def test_recursion_is_a_fixpoint(tmp_path: Path) -> None:
    found = term(tmp_path, "let rec x = po | x ; y and y = rf | x")
    union = RelationTerm("union", (PO, RelationTerm("sequence", (Variable("x"), Variable("y")))))
    assert found == Fixpoint("x", (("x", union), ("y", RelationTerm("union", (RF, Variable("x"))))))


def test_equal_terms_are_one_object(tmp_path: Path) -> None:
    definitions = dict(model(tmp_path, "let a = po ; rf let b = po ; rf").definitions)
    assert definitions["a"] is definitions["b"]


def test_axioms(tmp_path: Path) -> None:
    text = "acyclic po as a\n~empty rf\nflag ~irreflexive co as c\n"
    text += "procedure p(r) = empty r end\ncall p(po) as d"
    axioms = model(tmp_path, text).axioms
    assert [(a.test, a.negated, a.is_flag, a.name) for a in axioms] == [
        ("acyclic", False, False, "a"),
        ("empty", True, False, "~empty at line 2"),
        ("irreflexive", True, True, "c"),
        ("empty", False, False, "d"),
    ]


def test_include_of_a_file_beside_the_model(tmp_path: Path) -> None:
    (tmp_path / "other.cat").write_text("let y = rf ; po")
    assert term(tmp_path, 'include "other.cat" let x = y') == term(tmp_path, "let x = rf ; po")


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        ("let a = po\nlet b = ppo", "'ppo' is defined nowhere before, and no tag; near names: po", 2, 9),
        ("LINUX M\nlet b = DMB.ISH", "'DMB.ISH' is a tag of aarch64, but the model is one of linux", 2, 9),
        ("let b = linearisations(W, po)", "'linearisations' is herd7's and not supported here", 1, 9),
        ("let b = W ; po", "this is a set, expected a relation", 1, 9),
        ("let b = W | po", "this is a relation, but what stands before is a set", 1, 13),
        ("let b = [po]", "this is a relation, expected a set", 1, 10),
        ("let b = po po", "this is a relation, and can't be applied to anything", 1, 9),
        ("let b = domain ; po", "this is a function, expected a set or a relation", 1, 9),
        ("let b = fencerel(W, R)", "this is a tuple, expected a set or a relation", None, None),
        ("let f(a, b) = a\nlet c = f(po)", "found 1 argument(s), expected 2", 2, 11),
        ("let rec b = po \\ b", "'b' stands under a complement or right of '\\'", 1, 9),
        ("let rec b(x) = b x\nlet c = b po", "calls are nested more than 100 deep", 1, 16),
        ("let rec b(x) = c and c = po", "a function and a relation can't be defined by each other", 1, 9),
        ("let b = W | 'once", "this is a tag, expected a set or a relation", 1, 13),
        (
            "let b = oa-changes({'once}, W)",
            "this is a tuple, for which that function is not supported",
            1,
            19,
        ),
        ("call nothing(po)", "'nothing' is defined nowhere before", 1, 1),
        ('include "nowhere.cat"', "'nowhere.cat' is neither beside this file nor among the own models", 1, 1),
        ('include "m.cat"', "'m.cat' includes itself", 1, 1),
        ("let w = fun x -> x x\nlet b = w w", "calls are nested more than 100 deep", 1, 18),
    ],
)
def test_errors(tmp_path: Path, text: str, part: str, line: int | None, column: int | None) -> None:
    with pytest.raises(ModelError) as caught:
        model(tmp_path, text)
    assert part in caught.value.message
    span = caught.value.span
    assert span is not None
    if line is not None:
        assert (span.line, span.column) == (line, column)


def test_includes_stay_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("root:x:0:0\n")
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "link.cat").symlink_to(tmp_path / "secret")
    (folder / "own.cat").write_text("let mine = po\n")
    (folder / "inner.cat").symlink_to(folder / "own.cat")
    for path in ("../secret", str(tmp_path / "secret"), "link.cat"):
        with pytest.raises(ModelError, match="leads out of the folder"):
            model(folder, f'include "{path}"')
    assert model(folder, 'include "inner.cat"\nacyclic mine as a').axioms


def test_includes_do_not_nest_without_end(tmp_path: Path) -> None:
    for i in range(200):
        (tmp_path / f"i{i}.cat").write_text(f'include "i{i + 1}.cat"\n')
    with pytest.raises(ModelError, match="includes nest deeper than 16"):
        model(tmp_path, 'include "i0.cat"')


@pytest.mark.parametrize("name", MODELS)
def test_own_models_load(name: str) -> None:
    found = load(name)
    assert found.name == name
    assert found.axioms
    own = {"armv8": "aarch64", "lkmm": "linux", "sc": "any", "tso": "x86"}
    assert found.architecture == own.get(name, name)
    assert not found.registers


def test_published_names() -> None:
    armv8, lkmm = dict(load("armv8").definitions), dict(load("lkmm").definitions)
    assert {"obs", "dob", "aob", "bob", "lob", "ob"} <= armv8.keys()
    assert {"ppo", "cumul-fence", "prop", "hb", "pb", "strong-fence"} <= lkmm.keys()
    assert [a.name for a in load("armv8").axioms] == ["internal", "external", "atomic", "rcu"]


@pytest.mark.parametrize("name", ["", "armv9", "nowhere.cat"])
def test_unknown_model(name: str) -> None:
    with pytest.raises(ModelError, match="known are armv8, lkmm, power, riscv, sc, tso, or a path"):
        load(name)


def test_binary_file_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "m.cat"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="can't be read as text"):
        load(str(file))
