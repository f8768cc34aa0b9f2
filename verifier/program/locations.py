"""Which paths of a text name the same location.

An object has other names in other functions (`v` and `vcpu`). Objects are matched by struct type
where types are known, else by the tail of the member path (see tails); each guess becomes an assumption.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product

from verifier.program.declared import Declared
from verifier.program.program import Path, Root
from verifier.program.tails import Tails, loosely


def unify(
    uses: Iterable[tuple[str, Path]], aliases: Sequence[tuple[str, str]], types: Declared
) -> tuple[tuple[str, ...], dict[Path, int], tuple[str, ...]]:
    """Number the locations behind `uses`, pairs (thread, path) in source order.

    Returns the locations' names, the location of each path, and the assumptions made. `aliases`
    are the user's own (one name, another name for the same object); `types` is what the text says of types.
    """
    uses = list(uses)
    renamed = dict(aliases)
    groups = _object_groups(uses, renamed)
    parent: dict[Path, Path] = {}
    threads: dict[Path, set[str]] = {}
    first: dict[tuple[object, tuple[str, ...]], Path] = {}
    members_of = _as_elements([p for _, p in uses], groups)
    loose = {(groups[p.root], loosely(m)) for p, m in members_of.items() if "[*]" in m}
    for thread, path in uses:
        members = members_of[path]
        if (groups[path.root], loosely(members)) in loose:
            members = loosely(members)
        key = (groups[path.root], members)
        head = first.setdefault(key, path)
        parent.setdefault(path, head)
        threads.setdefault(head, set()).add(thread)
    assumptions = _object_assumptions(uses, groups)
    assumptions += [f"the elements of {array} are taken to be one location" for array in merged(uses)]
    assumptions += _join(Tails(threads, groups, types), parent, threads)
    numbers: dict[Path, int] = {}
    names: list[str] = []
    for _, path in uses:
        head = _find(parent, path)
        if head not in numbers:
            numbers[head] = len(names)
            names.append(str(head))
    _tell_apart(names, numbers)
    return tuple(names), {p: numbers[_find(parent, p)] for _, p in uses}, tuple(assumptions)


def merged(uses: Iterable[tuple[str, Path]]) -> tuple[str, ...]:
    """The arrays whose elements are one location, as an index tells too little."""
    loose = (Path(p.root, loosely(p.members)) for _, p in uses if "[*]" in p.members)
    return tuple(dict.fromkeys(str(path).replace("[*]", "[]") for path in loose))


def objects(
    uses: Iterable[tuple[str, Path]], addressed: Sequence[Path], aliases: Sequence[tuple[str, str]]
) -> dict[Root, Root]:
    """For each object whose address is asked for, the name that stands for all of its names."""
    together = [*uses, *(("", p) for p in addressed)]
    groups = _object_groups(together, dict(aliases))
    heads: dict[object, Root] = {}
    for _, path in sorted(together, key=lambda use: use[1].root.owner is not None):
        heads.setdefault(groups[path.root], path.root)
    return {p.root: heads[groups[p.root]] for p in addressed}


def _as_elements(paths: Iterable[Path], groups: Mapping[Root, object]) -> dict[Path, tuple[str, ...]]:
    """The members of each path; what a pointer points to is the element 0 where others are counted from it."""
    counted = {(groups[p.root], p.members[:i]) for p in paths for i, m in enumerate(p.members) if m[0] == "["}
    return {p: _as_element(p.members, groups[p.root], counted) for p in paths}


def _as_element(
    members: tuple[str, ...], group: object, counted: Collection[tuple[object, tuple[str, ...]]]
) -> tuple[str, ...]:
    if (group, ()) in counted and (not members or members[0][0] != "["):
        return ("[0]", *members)
    for i, step in enumerate(members):
        target, rest = (*members[:i], "*"), members[i + (step == "*") :]  # a member drops the star before it
        if (group, target) in counted and step[0] != "[" and (not rest or rest[0][0] != "["):
            return (*target, "[0]", *rest)
    return members


def _find(parent: dict[Path, Path], path: Path) -> Path:
    while parent[path] != path:
        path = parent[path]
    return path


def _object_groups(uses: Sequence[tuple[str, Path]], renamed: dict[str, str]) -> dict[Root, object]:
    """For each root a key that roots of one object share."""
    roots = list(dict.fromkeys(path.root for _, path in uses))
    crowded = crowded_types(roots)
    shared = _types_of_globals(roots)
    groups: dict[Root, object] = {}
    for root in roots:
        name = renamed.get(root.name, root.name)
        if root.owner is None or name != root.name or name in renamed.values():
            groups[root] = name
        elif root.is_own:
            groups[root] = root
        elif root.type is not None and root.type not in crowded:
            groups[root] = shared.get(root.type, ("type", root.type))
        elif root.type is not None:
            groups[root] = ("type", root.type, name)
        elif root.name == "current":
            groups[root] = ("current", root.owner)
        else:
            groups[root] = ("name", name)
    return groups


def _types_of_globals(roots: Sequence[Root]) -> dict[str, str]:
    """The global of each struct type that has exactly one."""
    found: dict[str, list[str]] = {}
    for root in roots:
        if root.owner is None and root.type is not None:
            found.setdefault(root.type, []).append(root.name)
    return {t: names[0] for t, names in found.items() if len(names) == 1}


def crowded_types(roots: Sequence[Root]) -> set[str]:
    """Types of which one thread handles two objects: these are told apart by name."""
    seen: dict[tuple[str, str], set[str]] = {}
    for root in roots:
        if root.owner is not None and root.type is not None and not root.is_own:
            seen.setdefault((root.owner, root.type), set()).add(root.name)
    return {t for (_, t), names in seen.items() if len(names) > 1}


def _object_assumptions(uses: Sequence[tuple[str, Path]], groups: dict[Root, object]) -> list[str]:
    """One sentence for each object that goes by different names."""
    names: dict[object, list[str]] = {}
    for _, path in uses:
        names.setdefault(groups[path.root], [])
        if path.root.name not in names[groups[path.root]]:
            names[groups[path.root]].append(path.root.name)
    return [
        f"{' and '.join(n)} are taken to be the same object (by type)" for n in names.values() if len(n) > 1
    ]


def _join(tails: Tails, parent: dict[Path, Path], threads: dict[Path, set[str]]) -> list[str]:
    """Unite locations of different threads by the tails of their paths; tells which, in the text's order."""
    order = {p: i for i, p in enumerate(threads)}
    pairs: list[tuple[Path, Path]] = []
    united: dict[Path, list[Path]] = {}
    for p, q in tails.pairs():
        a, b = _find(parent, p), _find(parent, q)
        both = united.get(a, [a]), united.get(b, [b])
        if a == b or threads[a] & threads[b] or any(tails.are_apart(*pair) for pair in product(*both)):
            continue
        if not tails.match(p, q):
            continue
        parent[b] = a
        threads[a] |= threads[b]
        united[a] = both[0] + both[1]
        pairs.append((p, q))
    pairs.sort(key=lambda pair: (order[pair[0]], order[pair[1]]))
    return [f"{written(p)} and {written(q)} are taken to be the same location" for p, q in pairs]


def written(path: Path) -> str:
    return f"{path.root.name}->{'.'.join(path.members)}" if path.members else path.root.name


def _tell_apart(names: list[str], numbers: dict[Path, int]) -> None:
    """Make the names of different locations different."""
    for path, number in numbers.items():
        if names.count(names[number]) > 1 and path.root.owner is not None:
            names[number] = f"{names[number]} ({path.root.owner})"
