"""What C litmus tests become: operations, locations and registers, and what is refused, with its place."""

from __future__ import annotations

import pytest

from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import litmus
from verifier.program.litmus.c import lower_c
from verifier.program.program import (
    Address,
    Apply,
    Assume,
    Branch,
    Fence,
    FinalLocal,
    FinalLocation,
    Formula,
    Leave,
    Load,
    Local,
    Loop,
    Number,
    Opaque,
    Operation,
    Program,
    Rmw,
    Scope,
    Set,
    Store,
    Value,
)
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

PARAMETERS = "int *x, int *y, int **p, atomic_t *v, spinlock_t *s, struct srcu_struct *ss"


def lowered(text: str) -> Program:
    source = Source.whole("t.litmus", text)
    return lower_c(parse_litmus(source))


def one(body: str, initial: str = "") -> Program:
    return lowered(f"C t\n{{ {initial} }}\nP0({PARAMETERS})\n{{\n{body}\n}}\nexists (x=0)\n")


def said(program: Program, thread: int = 0) -> str:
    (scope,) = program.threads[thread].body
    assert isinstance(scope, Scope)
    return "; ".join(show(program, o) for o in scope.body if not _is_noise(o))


def _is_noise(o: Operation) -> bool:
    return isinstance(o, Set) and o.target.startswith("result")


def show(program: Program, o: Operation) -> str:
    match o:
        case Load(target, address, order, is_plain):
            return f"{short(target)} = {'plain' if is_plain else order} {place(program, address)}"
        case Store(address, new, order, is_plain):
            return f"{'plain' if is_plain else order} {place(program, address)} = {value(new)}"
        case Rmw(target, address, new, succeeds, order):
            condition = "" if succeeds is None else f" if {value(succeeds)}"
            return f"{short(target)} = {order} {place(program, address)} := {value(new)}{condition}"
        case Fence(kind, _, _, _, None):
            return kind
        case Fence(kind, _, _, _, address):
            assert address is not None
            return f"{kind} {place(program, address)}"
        case Set(target, new):
            return f"{short(target)} = {value(new)}"
        case Assume(holds):
            return f"assume {value(holds)}"
        case Branch(condition, then, otherwise):
            arms = [", ".join(show(program, i) for i in arm) for arm in (then, otherwise)]
            return f"if {value(condition)} [{arms[0]}] [{arms[1]}]"
        case Loop(body) | Scope(_, body):
            return f"[{', '.join(show(program, i) for i in body)}]"
        case Leave():
            return "leave"
        case _:
            return type(o).__name__


def short(name: str) -> str:
    return name.replace("read#", "#").replace("old#", "#").replace("lock#", "#")


def place(program: Program, address: Address) -> str:
    if address.is_computed:
        assert address.pointer is not None
        return f"*({value(address.pointer)})"
    return program.names[dict(program.locations)[address.path]]


def value(v: Value) -> str:
    match v:
        case Number(n):
            return str(n)
        case Local(name):
            return short(name)
        case Opaque():
            return "any"
        case Apply("!=", (inner, Number(0))):
            return f"{value(inner)}?"
        case Apply(operator, (only,)):
            return f"{operator}{value(only)}"
        case Apply("?:", (condition, left, right)):
            return f"({value(condition)} ? {value(left)} : {value(right)})"
        case Apply(operator, (left, right)):
            return f"({value(left)}{operator}{value(right)})"
        case _:
            return str(v)


X, Y, P = 0x10000, 0x10010, 0x10020

OPERATIONS = [  # the body of P0, its operations
    ("int r1; r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1);", "#3 = once x; r1 = #3; once y = r1"),
    ("int r1 = *x; *y = 1;", "#3 = plain x; r1 = #3; plain y = 1"),
    ("r1 = smp_load_acquire(x); smp_store_release(y, r1);", "#3 = acquire x; r1 = #3; release y = r1"),
    ("r1 = READ_ONCE(*x); WRITE_ONCE(*y, r1 ^ r1);", "#3 = once x; r1 = #3; once y = (r1^r1)"),
    ("r1 = READ_ONCE(*x); WRITE_ONCE(*y, 1 + r1*0);", "#3 = once x; r1 = #3; once y = (1+(r1*0))"),
    ("WRITE_ONCE(*y, READ_ONCE(*x));", "#3 = once x; once y = #3"),
    ("r1 = (int)READ_ONCE(*x); r2 = -r1;", "#3 = once x; r1 = #3; r2 = negr1"),
    # pointers
    ("int *r1 = READ_ONCE(*p); int r2 = READ_ONCE(*r1);", "#3 = once p; r1 = #3; #4 = once *(r1); r2 = #4"),
    ("int *r1 = rcu_dereference(*p); *r1 = 2;", "#3 = once p; r1 = #3; plain *(r1) = 2"),
    ("rcu_assign_pointer(*p, x);", f"release p = {X}"),
    ("r1 = **p;", "#3 = plain p; #4 = plain *(#3); r1 = #4"),
    ("r1 = READ_ONCE(*(x + (r0 & 0)));", f"#3 = once *(({X}+(r0&0))); r1 = #3"),
    ("r1 = READ_ONCE(*p); if (r1 == &x) { r2 = 1; }", f"#3 = once p; r1 = #3; if (r1=={X}) [r2 = 1] []"),
    ("r0 = x; r1 = READ_ONCE(*(int *)r0);", f"r0 = {X}; #3 = once *(r0); r1 = #3"),
    ("x = y; WRITE_ONCE(*x, 1);", f"x = {X}; x = {Y}; once *(x) = 1"),
    # control
    ("if (READ_ONCE(*x)) { WRITE_ONCE(*y, 1); }", "#3 = once x; if #3? [once y = 1] []"),
    ("if (r1 == 2) *y = 1; else *y = 2;", "if (r1==2) [plain y = 1] [plain y = 2]"),
    ("if (r1 && r2) *y = 1;", "if (r1?&&r2?) [plain y = 1] []"),
    (
        "r1 = r2 ? 3 : 4; ",
        "r1 = (r2? ? 3 : 4)",
    ),
    ("while (r1) { r1 = *x; }", "[[if r1? [] [leave], [#5 = plain x, r1 = #5]]]"),
    # atomics
    ("atomic_set(v, 1); r1 = atomic_read(v);", "once v = 1; #3 = once v; r1 = #3"),
    ("atomic_set_release(v, 1); r1 = atomic_read_acquire(v);", "release v = 1; #3 = acquire v; r1 = #3"),
    ("atomic_add(r1, v);", "#3 = noreturn v := (#3+r1)"),
    ("atomic_andnot(3, v);", "#3 = noreturn v := (#3&~3)"),
    ("r1 = atomic_inc_return_relaxed(v);", "#3 = relaxed v := (#3+1); r1 = (#3+1)"),
    ("r1 = atomic_fetch_xor_acquire(1, v);", "#3 = acquire v := (#3^1); r1 = #3"),
    ("r1 = atomic_fetch_add(r0, v);", "#3 = full v := (#3+r0); r1 = (#3+(r0*0))"),
    ("r1 = xchg_release(x, r0);", "#3 = release x := r0; r1 = #3"),
    ("r1 = cmpxchg(x, r0, 2);", "#3 = full x := 2 if (#3==r0); r1 = #3"),
    ("r1 = atomic_sub_and_test(1, v);", "#3 = full v := (#3-1); r1 = ((#3-1)==0)"),
    ("r1 = atomic_add_negative_acquire(1, v);", "#3 = acquire v := (#3+1); r1 = ((#3+1)<0)"),
    ("r1 = atomic_add_unless(v, 1, 5);", "#3 = full v := (#3+1) if (#3!=5); r1 = (#3!=5)"),
    # fences
    ("smp_mb(); smp_rmb(); smp_wmb(); barrier();", "mb; rmb; wmb; barrier"),
    ("smp_mb__before_atomic(); smp_mb__after_atomic();", "before-atomic; after-atomic"),
    ("smp_mb__after_spinlock(); smp_mb__after_unlock_lock();", "after-spinlock; after-unlock-lock"),
    ("smp_store_mb(*x, 1);", "value#5 = 1; [result#4 = 0, once x = value#5, mb]"),
    # locks
    ("spin_lock(s);", "#3 = lock s := 1; assume (#3==0)"),
    ("spin_unlock(s);", "unlock s = 0"),
    ("raw_spin_lock_irqsave(s, flags);", "#3 = lock s := 1; assume (#3==0)"),
    (
        "r1 = spin_trylock(s);",
        "if any? [#3 = lock s := 1, assume (#3==0)] [#3 = lock-failed s, assume #3?]; r1 = (#3==0)",
    ),
    (
        "r1 = spin_is_locked(s);",
        "if any? [#3 = is-locked s, assume #3?] [#3 = is-unlocked s, assume (#3==0)]; r1 = #3?",
    ),
    # RCU
    ("rcu_read_lock(); rcu_read_unlock(); synchronize_rcu();", "rcu-lock; rcu-unlock; sync-rcu"),
    ("r1 = srcu_read_lock(ss); srcu_read_unlock(ss, r1);", "#3 = srcu-lock ss; r1 = #3; srcu-unlock ss = r1"),
    ("r1 = srcu_down_read(ss); srcu_up_read(ss, r1);", "#3 = srcu-lock ss; r1 = #3; srcu-unlock ss = r1"),
    ("synchronize_srcu(ss); synchronize_rcu_expedited();", "sync-srcu ss; sync-rcu"),
    # a local of a block that hides a parameter
    ("{ int x = 1; WRITE_ONCE(*y, x); } WRITE_ONCE(*x, 2);", "x#3 = 1; once y = x#3; once x = 2"),
    # elements
    ("x[1] = 1; r1 = READ_ONCE(x[0]);", "plain x[1] = 1; #3 = once x; r1 = #3"),
]


@pytest.mark.parametrize(("body", "expected"), OPERATIONS)
def test_operations(body: str, expected: str) -> None:
    assert said(one(body)) == expected


def test_every_atomic_of_the_kernels_model_is_known() -> None:
    orders = ("", "_relaxed", "_acquire", "_release")
    plain = ["add", "sub", "and", "or", "xor", "andnot"]
    calls = [f"atomic_{op}(1, v);" for op in plain] + ["atomic_inc(v);", "atomic_dec(v);"]
    for o in orders:
        calls += [f"r1 = atomic_{op}_return{o}(1, v);" for op in ("add", "sub")]
        calls += [f"r1 = atomic_{op}_return{o}(v);" for op in ("inc", "dec")]
        calls += [f"r1 = atomic_fetch_{op}{o}(1, v);" for op in plain]
        calls += [f"r1 = atomic_fetch_{op}{o}(v);" for op in ("inc", "dec")]
        calls += [f"r1 = atomic_xchg{o}(v, 1);", f"r1 = atomic_cmpxchg{o}(v, 1, 2);"]
        calls += [f"r1 = xchg{o}(x, 1);", f"r1 = cmpxchg{o}(x, 1, 2);"]
        calls += [f"r1 = atomic_add_negative{o}(1, v);"]
    calls += ["r1 = atomic_sub_and_test(1, v);", "r1 = atomic_dec_and_test(v);"]
    calls += ["r1 = atomic_inc_and_test(v);", "r1 = atomic_add_unless(v, 1, 2);"]
    (scope,) = one("\n".join(calls)).threads[0].body
    assert isinstance(scope, Scope)
    assert sum(isinstance(o, Rmw) for o in scope.body) == len(calls)


def test_names() -> None:
    program = lowered(
        "C t\n{ int *p = &y; atomic_t v = ATOMIC_INIT(2); int a[2] = {5, 6}; 1:r3 = x; }\n"
        "P0(int *x, int **p, atomic_t *v, int *a)\n"
        "{\n\tint r1;\n\tr1 = READ_ONCE(a[1]);\n\tif (r1) { int r2 = 1; }\n}\n"
        "P1(int *y)\n{\n\t*r3 = 1;\n}\n"
        "locations [x; 0:r2;]\nfilter (y=0)\nexists (0:r1=6 /\\ 1:r3=x /\\ a[1]=6)\n"
    )
    assert program.is_litmus
    assert program.title == "t"
    numbers = {name: i for i, name in enumerate(program.names)}
    start = {program.names[i]: v for i, v in program.initial}
    address = {program.names[i]: a for a, i in program.addresses}
    assert set(numbers) == {"p", "v", "a[0]", "a[1]", "x", "y"}
    assert set(address) == {"x", "y"}
    assert start == {"p": address["y"], "v": 2, "a[0]": 5, "a[1]": 6}
    assert dict(program.threads[0].locals).keys() == {"r1", "r2"}
    assert said(program, 1) == f"r3 = {address['x']}; plain *(r3) = 1"
    (condition,) = program.conditions
    assert condition.kind == "exists"
    assert FinalLocal(1, "r3") in _leaves(condition.formula)
    assert [label for label, _ in program.observed] == ["0:r1", "0:r2", "1:r3", "[x]", "a[1]"]
    assert isinstance(program.filter, Formula)
    assert [type(f) for f in _leaves(program.filter)] == [FinalLocation, Number]


def _leaves(formula: object) -> list[object]:
    return [l for a in formula.arguments for l in _leaves(a)] if isinstance(formula, Formula) else [formula]


def test_addresses_are_those_that_are_values() -> None:
    assert one("WRITE_ONCE(*x, 1);").addresses == ()
    names = {name for body in ("r1 = a; *r1 = 1;", "r1 = &a[0]; *r1 = 1;") for name in _pointed_to(body)}
    assert names == {"a[0]"}
    assert _pointed_to("*r1 = 1;") == ["a[0]", "a[1]", "x"]


def _pointed_to(body: str) -> list[str]:
    program = lowered(f"C t\n{{ int a[2]; }}\nP0(int *a, int *x)\n{{\n{body}\n}}\nexists (x=0)\n")
    return [program.names[location] for _, location in program.addresses]


def test_a_register_that_no_thread_has_is_0() -> None:
    program = lowered("C t\n{ }\nP0(int *x)\n{\n\t*x = 1;\n}\nexists (0:r9=0)\n")
    assert _leaves(program.conditions[0].formula) == [FinalLocal(0, "r9"), Number(0)]


ERRORS = [  # a test, what is said of it, line and column
    ("P0(int *x)\n{\n\tfoo(x);\n}\nexists (x=0)", "foo() is not known; expected a primitive", 5, 2),
    ("P0(int *x)\n{\n\tschedule();\n}\nexists (x=0)", "schedule() is not known", 5, 2),
    ("P0(int *x)\n{\n\txchg(x);\n}\nexists (x=0)", "xchg() has 1 argument, expected at least 2", 5, 2),
    ("P0(int *x)\n{\n\tspin_lock(7);\n}\nexists (x=0)", "expected a pointer to a location", 5, 12),
    ("P0(int *x)\n{\n\tx[r1] = 1;\n}\nexists (x=0)", "expected a number as the index", 5, 4),
    ("P0(int x)\n{\n\tr1 = x;\n}\nexists (x=0)", "the parameter x is no pointer", 3, 4),
    ("P1(int *x)\n{\n\t*x = 1;\n}\nexists (x=0)", "found the function P1; expected P0", 3, 1),
    ("P0(int *x)\n{\n\t*x = 1;\n}\nexists (3:r1=0)", "no thread 3; there are: P0", 7, 9),
    (
        "P0(struct foo **x)\n{\n\tstruct foo *r1 = *x; r2 = READ_ONCE(r1->next);\n}",
        "a member by a register",
        5,
        38,
    ),
    ("P0(int *x)\n{\n\tint *r1 = *x; r2 = r1[0];\n}\nexists (x=0)", "an element by a register", 5, 21),
    ("P0(int *x)\n{\n\tr1[1] = 2;\n}\nexists (x=0)", "an element by a register", 5, 2),
    ("P0(int *x)\n{\n\tr1 = READ_ONCE(*(r2 + 1));\n}\nexists (x=0)", "an access beside the location", 5, 24),
    ("P0(int *x)\n{\n\tr1 = *(1 + x);\n}\nexists (x=0)", "an access beside the location", 5, 9),
    ("P0(int *x)\n{\n\tatomic_inc(&r1);\n}\nexists (x=0)", "the address of a register", 5, 13),
    ("P0(int *x)\n{\n\tr2 = &r1;\n}\nexists (x=0)", "the address of a register", 5, 8),
    ("P0(int *x)\n{\n\tr1 = *x;\n}\nexists (0:r1=0 /\\ qq=0)", "no location qq", 7, 19),
    ("P0(int *x)\n{\n\tr1 = *x;\n}\nfilter (qq=1)\nexists (x=0)", "no location qq", 7, 9),
    ("P0(int *x)\n{\n\tr1 = *q;\n}\nexists (q=0)", "no location q", 7, 9),
    ("P0(int *x)\n{\n\tr1 = *x;\n}\nexists (x[3]=0)", "x is no array; found x[3]", 7, 9),
    ("P0()\n{\n\t*r1 = 1;\n}", "found no location in this test", 5, 3),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), ERRORS)
def test_errors(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(InputError) as error:
        lowered(f"C t\n{{ }}\n{text}\n")
    assert message in error.value.message
    span = error.value.span
    assert span is not None
    assert (span.line, span.column) == (line, column)


INITIAL_ERRORS = [  # an initial state, what is said of it, the column
    ("x=1; x=2;", "[x] is initialised again; the first time is on line 2", 8),
    ("int x; x=2;", "[x] is initialised again", 10),
    ("0:r1=x; 0:r1=y;", "0:r1 is initialised again", 11),
    ("int a[2]={1,2,3};", "a has 2 elements, found 3 values", 3),
    ("int a[3]={1,2};", "a has 3 elements, found 2 values", 3),
    ("int a[2]={1,2}; a[2]=3;", "a has 2 elements; found a[2]", 19),
]


@pytest.mark.parametrize(("initial", "message", "column"), INITIAL_ERRORS)
def test_errors_in_the_initial_state(initial: str, message: str, column: int) -> None:
    with pytest.raises(InputError) as error:
        lowered(f"C t\n{{ {initial} }}\nP0(int *x)\n{{\n\t*x = 1;\n}}\nexists (x=0)\n")
    assert message in error.value.message
    span = error.value.span
    assert span is not None
    assert (span.line, span.column) == (2, column)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("\tr1 = a[5];\n}\nexists (0:r1=0)", 5, 9), ("\tr1 = *a;\n}\nexists (a[2]=0)", 7, 9)],
)
def test_an_array_has_the_elements_it_is_declared_with(text: str, line: int, column: int) -> None:
    with pytest.raises(InputError, match=r"a has 2 elements; found a\[") as error:
        lowered(f"C t\n{{ int a[2]; }}\nP0(int *a)\n{{\n{text}\n")
    span = error.value.span
    assert span is not None
    assert (span.line, span.column) == (line, column)


def test_locations_may_name_what_the_test_does_not_have() -> None:
    program = lowered("C t\n{ }\nP0(int *x)\n{\n\t*x = 1;\n}\nlocations [qq;]\nexists (x=1)\n")
    assert [label for label, _ in program.observed] == ["[qq]", "[x]"]


KINDS = [  # the type of x, its initial value, a condition, herd7's answer (r1, r2 hold what x does)
    ("uint32_t", "0xffffffff", "x=0xffffffff", "Always"),
    ("uint32_t", "-1", "x=0xffffffff /\\ x=-1", "Always"),
    ("uint32_t", "0xffffffff", "0:r1=0xffffffff /\\ 0:r1=-1", "Always"),
    ("int", "0xffffffff", "x=-1 /\\ 0:r1=0xffffffff", "Always"),
    ("uint64_t", "-1", "x=0xffffffffffffffff", "Always"),
    ("uint8_t", "0x1ff", "x=0xff /\\ 0:r1=255", "Always"),
    ("uint8_t", "0x1ff", "0:r1=-1", "Never"),
    ("int16_t", "0xffff", "x=-1 /\\ 0:r1=-1", "Always"),
]


@pytest.mark.parametrize(("kind", "initial", "condition", "expected"), KINDS)
def test_values_are_of_the_locations_own_kind(kind: str, initial: str, condition: str, expected: str) -> None:
    text = f"C t\n{{ {kind} x = {initial}; }}\nP0({kind} *x) {{ int r1 = *x; }}\nexists ({condition})\n"
    outcome = litmus("t.litmus", text.encode(), Options()).outcome
    assert outcome is not None
    assert outcome.observation == expected


def test_no_access_is_to_a_location_by_default() -> None:
    """An access through a pointer from an element of an array goes where the element points."""
    text = (
        "C t\n{ int *a[2] = {&x, &y}; y = 3; }\nP0(int *z, int **a)\n{\n\tr1 = READ_ONCE(*a[1]);\n}\n"
        "exists (0:r1=3)\n"
    )
    outcome = litmus("t.litmus", text.encode(), Options()).outcome
    assert outcome is not None
    assert outcome.observation == "Always"


def test_an_access_to_no_location_is_undecided() -> None:
    text = "C t\n{ x = 1; }\nP0(int *x)\n{\n\tr1 = READ_ONCE(*x); r2 = READ_ONCE(*r1);\n}\nexists (0:r2=0)\n"
    verdict = litmus("t.litmus", text.encode(), Options())
    assert verdict.outcome is None
    assert "may go to an address that is no location's" in verdict.reason


def test_what_orders_and_is_not_modelled_is_named() -> None:
    assert one("down(x);").unmodelled == ((5, "down()"),)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("int r0 = 2; if (true) r0 = 1;", "1"),
        ("int r0 = 1; if (false) r0 = 2;", "1"),
        ("int r0 = true;", "1"),
        ("int true = 3; int r0 = true;", "3"),
        ("int r1; true = 4; r1 = 0; int r0 = true + r1;", "4"),
    ],
)
def test_true_and_false_are_constants_unless_the_test_sets_them(body: str, expected: str) -> None:
    text = f"C t\n{{}}\nP0(int *x) {{ {body} }}\nforall (0:r0={expected})\n"
    outcome = litmus("t.litmus", text.encode(), Options()).outcome
    assert outcome is not None
    assert outcome.is_true
