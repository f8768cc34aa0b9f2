"""What cat has beyond sets and relations: sets of sets, matches, variants, choices, and herd7's own names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.graphs import graph
from tests.oracle import allowed
from verifier.cat.load import load
from verifier.cat.terms import BaseRelation, Fixpoint, Model, RelationTerm
from verifier.errors import ModelError


def model(tmp_path: Path, text: str) -> Model:
    file = tmp_path / "m.cat"
    file.write_text(text)
    return load(str(file))


def definitions(tmp_path: Path, text: str) -> dict[str, object]:
    return dict(model(tmp_path, text).definitions)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        # conditions on variants
        ('let x = if "vmsa" then nowhere else rf', "let x = rf"),
        ('let x = if not "vmsa" && "lkmmv2" then rf else po', "let x = rf"),
        ('let x = if "vmsa" || not ("sve" && "ETS2") then rf else po', "let x = rf"),
        ('if "vmsa" let x = nowhere else let x = rf end', "let x = rf"),
        ('let x = rf if "vmsa" let x = po end', "let x = rf"),
        ("let x = if 0 = 0 then rf else po", "let x = rf"),
        # what is empty is known to be
        ("let x = rf | [R & W] ; po", "let x = rf"),
        ("let x = [TLBI & M] ; po | rf \\ (TLBI * W)", "let x = rf"),
        ("let x = rf | emptyset ; po", "let x = rf"),
        ("let x = [imply(R, W)]", "let x = [~R | W]"),
        ("let x = rf | emptyset^-1", "let x = rf"),
        ("let x = po ; [~TLBI] ; rf", "let x = po ; rf"),
        ("let x = rf & ~po", "let x = rf \\ po"),
        ("let x = [Exp & R] ; po", "let x = [R] ; po"),
        ("let x = id ; id ; id", "let x = id"),
        ("let x = (id ; po) | (po ; id)", "let x = po"),
        # sets of sets
        ("let f s = match s with || {} -> po || e ++ es -> e end let x = f ({})", "let x = po"),
        ("let f s = match s with || {} -> po || e ++ es -> e end let x = f ({rf, co})", "let x = rf"),
        ("let f s = match s with || e ++ es -> f es || {} -> rf end let x = rf", "let x = rf"),
        (
            "let rec all s = match s with || {} -> 0 || e ++ es -> e | all es end let x = all (rf ++ {co})",
            "let x = rf | co",
        ),
        (
            (
                "let rec all s = match s with || {} -> 0 || e ++ es -> e | all es end "
                "let x = all (map (fun r -> r ; po) {rf, co})"
            ),
            "let x = rf ; po | co ; po",
        ),
        ("with x from cross({{rf}, {co}})", "let x = rf | co"),
        ("with x from {rf}", "let x = rf"),
        # tags as values
        ("let x = match 'b with || 'a -> po || 'b -> rf || _ -> co end", "let x = rf"),
        ("let x = match 'c with || 'a -> po || _ -> rf end", "let x = rf"),
        ("match 'a with || 'a -> let x = rf || _ -> let x = po end", "let x = rf"),
        # the rest
        ("let (a, x) = (po, rf)", "let x = rf"),
        ("let f(_, a) = a let x = f(po, rf)", "let x = rf"),
        ("let x = let rec f(a) = a in f rf", "let x = rf"),
        ("let rec x = rf | x ; x", "let x = rf+"),
        ("let rec x = rf | po | x ; (rf | po)", "let x = (rf | po)+"),
        ("let rec x = rf | (rf ; x)", "let x = rf+"),
        ("let rec x = rf", "let x = rf"),
        ("let x = singlestep(po)", "let x = po \\ (po ; po)"),
        ("let x = different-values(0 | rf)", "let x = different-values rf"),
        ('include "cross.cat" let x = rf', "let x = rf"),
        ('include "cos.cat" let x = co', "let x = co"),
    ],
)
def test_meaning(tmp_path: Path, text: str, same: str) -> None:
    assert definitions(tmp_path, text)["x"] is not None
    assert definitions(tmp_path, text)["x"] == definitions(tmp_path, same)["x"]


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        (
            "let f s = match s with || {} -> 0 || e ++ es -> e end\nlet x = f(W)",
            "in an execution only",
            1,
            17,
        ),
        ("forall e in W do empty 0 end", "in an execution only", 1, 13),
        ("let x = if W = R then 0 else po", "is known in an execution only", 1, 12),
        ("with x from {rf, co}", "a choice from a set of sets like this is not supported", 1, 13),
        (
            "let choices = let one e = map (fun p -> p ++ 0) rf in map one R\nwith rf-R from cross(choices)",
            "a set of sets, for which that function is not supported",
            2,
            22,
        ),
        ("with x from po", "a choice from a relation like this is not supported", 1, 13),
        ("let x = map (fun e -> ~{e}) W", "'complement' of sets that differ from event to event", 1, 23),
        ("let x = map (fun e -> {e} * W) W", "'product' of sets that differ from event to event", 1, 23),
        ("let x = match po with || 'a -> rf end", "this is a relation, expected a tag", 1, 15),
        ("let x = match 'b with || 'a -> rf end", "no case for 'b", 1, 9),
        ("acyclic po | pco", "'pco' is herd7's and not supported here", 1, 14),
        ("let x = try tag2events('a) with 0", "'tag2events' is herd7's and not supported here", 1, 13),
        ("LINUX x\nenum A = 'once || 'often", "no event carries 'often: it is no tag of linux", 2, 19),
    ],
)
def test_errors(tmp_path: Path, text: str, part: str, line: int, column: int) -> None:
    with pytest.raises(ModelError) as caught:
        model(tmp_path, text)
    assert part in caught.value.message
    span = caught.value.span
    assert span is not None
    assert (span.line, span.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "architecture"),
    [
        ("AArch64 x", "aarch64"),
        ('X86 "x"', "x86"),
        ("PPC", "power"),
        ("RISCV x", "riscv"),
        ('"x" acyclic po', "any"),
        ("let a = Once", "linux"),
        ("let a = DMB.SY", "aarch64"),
        ("let a = X", "any"),
        ("let a = try MFENCE with 0 let b = try SYNC with 0", "any"),
        ("let a = try MFENCE with 0", "x86"),
    ],
)
def test_architecture(tmp_path: Path, text: str, architecture: str) -> None:
    assert model(tmp_path, text).architecture == architecture


def test_models_of_other_architectures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="models of ARM are not supported"):
        model(tmp_path, 'ARM "32 bits"')


def test_a_kernels_model_that_makes_its_own_rf_and_co_allows_executions_with_these(tmp_path: Path) -> None:
    (tmp_path / "m.bell").write_text("enum Accesses = 'ONCE\n")
    plain = model(tmp_path, "LINUX m\nacyclic po | rf as order")
    own = model(tmp_path, "LINUX m\nlet rf = rf & ext\nlet co = co & ext\nacyclic po | rf as order")
    for text in ("W x 1; R x", "W x 1; W x 2"):
        assert sum(1 for _ in allowed(graph(text), plain)) == 1
        assert sum(1 for _ in allowed(graph(text), own)) == 0


def test_what_is_never_wrong_is_no_axiom(tmp_path: Path) -> None:
    text = "empty R & W as a\nflag ~empty TLBI as b\nassert empty TLBI as c\nempty R as d\nflag ~empty R as e"
    assert [a.name for a in model(tmp_path, text).axioms] == ["d", "e"]


def test_a_choice_of_co_contains_what_it_must(tmp_path: Path) -> None:
    text = "let rf0 = po & (W * W)\nwith co from generate_cos(rf0)\nacyclic po-loc | rf as other"
    chosen = model(tmp_path, text)
    assert [a.name for a in chosen.axioms] == ["co-base", "other"]
    against = graph("W x 1; W x 2")
    assert [e.coherence for e in allowed(against, chosen)] == [((0, 1, 2),)]


CHOICE = """
let P e = (W * {e}) & loc & ext
let choices = let one e = map (fun p -> p ++ 0) (P e) in map one R
with rf-R from cross(choices)
"""


def test_a_choice_of_one_edge_for_each_event_is_that_of_rf(tmp_path: Path) -> None:
    chosen = model(tmp_path, CHOICE)
    assert [a.name for a in chosen.axioms] == ["rf-R-total"]
    given = dict(chosen.definitions)["rf-R"]
    assert isinstance(given, RelationTerm)
    assert given.operator == "inter"
    assert given.arguments[0] == BaseRelation("rf")
    reads = graph("W x 1; R x | W x 2")
    assert {e.values[2] for e in allowed(reads, load("sc"))} == {1, 2}
    assert {e.values[2] for e in allowed(reads, chosen)} == {2}  # from another thread alone


NESTING = """
let rec a = Rcu-lock \\ domain(m) and b = Rcu-unlock \\ range(m)
and u = a | b and p = [u] ; po ; [u] and l = [a] ; po ; [b]
and m = m | (l \\ (p ; p))
"""


def test_matching_of_nested_sections_is_made_monotone(tmp_path: Path) -> None:
    found = definitions(tmp_path, NESTING)
    assert isinstance(found["m"], Fixpoint)
    assert len(found["m"].equations) == 2
    assert not isinstance(found["a"], Fixpoint)


def test_other_recursion_through_a_difference_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        model(tmp_path, NESTING.replace("p ; p", "p ; l"))
