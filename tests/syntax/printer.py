"""Prints syntax trees back as pseudo-C, fully parenthesised: for round trips and readable expectations."""

from __future__ import annotations

from verifier.syntax import tree


def show(node: object) -> str:
    """The node as code on one line."""
    match node:
        case tree.Unit():
            items = [*node.variables, *node.functions, *node.conditions]
            return " ".join(_constant(i) if isinstance(i, tree.Variable) else show(i) for i in items)
        case tree.Function():
            head = f"{show(node.returns)} " if node.returns else ""
            parameters = ", ".join(f"{show(p.type)} {p.name}".strip() for p in node.parameters)
            return f"{head}{node.name}({parameters}) {show(node.body)}"
        case tree.Condition():
            return f"{node.kind} ({show(node.formula)})"
        case tree.Type():
            return node.name + (" " + "*" * node.pointers if node.pointers else "")
    return _statement(node) or _expression(node)


def _constant(variable: tree.Variable) -> str:
    if variable.type.name == "const" and variable.initial is not None:
        return f"enum {{ {variable.name} = {show(variable.initial)} }};"
    return _variable(variable)


def _variable(v: tree.Variable) -> str:
    dimensions = "".join(f"[{show(d) if d else ''}]" for d in v.dimensions)
    initial = f" = {show(v.initial)}" if v.initial else ""
    return f"{'static ' if v.static else ''}{show(v.type)} {v.name}{dimensions}{initial};"


def _statement(node: object) -> str:
    match node:
        case tree.Evaluate():
            return f"{show(node.expression)};"
        case tree.Declare():
            return " ".join(_variable(v) for v in node.variables)
        case tree.Block():
            return " ".join(["{", *map(show, node.body), "}"])
        case tree.If(otherwise=None):
            return f"if ({show(node.condition)}) {{ {show(node.then)} }}"
        case tree.If():
            return f"if ({show(node.condition)}) {{ {show(node.then)} }} else {{ {show(node.otherwise)} }}"
        case tree.While():
            return f"while ({show(node.condition)}) {show(node.body)}"
        case tree.DoWhile():
            return f"do {show(node.body)} while ({show(node.condition)});"
        case tree.For():
            first = show(node.initial) if node.initial else ";"
            parts = [show(p) if p else "" for p in (node.condition, node.step)]
            return f"for ({first} {parts[0]}; {parts[1]}) {show(node.body)}"
        case tree.MacroLoop():
            return f"{show(node.call)} {show(node.body)}"
        case tree.Switch():
            return f"switch ({show(node.value)}) {show(node.body)}"
        case tree.Case(value=None):
            return "default:"
        case tree.Case():
            return f"case {show(node.value)}:"
        case tree.Label():
            return f"{node.name}:"
        case tree.Goto():
            return f"goto {node.label};"
        case tree.Break():
            return "break;"
        case tree.Continue():
            return "continue;"
        case tree.Return():
            return f"return {show(node.value)};" if node.value else "return;"
        case tree.Prose():
            return f"<{node.leaves or 'skip'}: {node.text}>"
        case tree.Empty():
            return ";"
    return ""


def _expression(node: object) -> str:
    match node:
        case tree.Number():
            return node.text
        case tree.String():
            return f'"{node.text}"'
        case tree.Name():
            return node.name
        case tree.Scoped():
            return f"{node.thread}:{node.name}"
        case tree.Call():
            return f"{show(node.function)}({', '.join(map(show, node.arguments))})"
        case tree.Member():
            return f"{show(node.object)}{'->' if node.arrow else '.'}{node.field}"
        case tree.Index():
            return f"{show(node.array)}[{show(node.index)}]"
        case tree.Unary():
            return f"({node.operator}{show(node.operand)})"
        case tree.Increment():
            text = show(node.operand)
            return f"({node.operator}{text})" if node.prefix else f"({text}{node.operator})"
        case tree.Binary():
            return f"({show(node.left)} {node.operator} {show(node.right)})"
        case tree.Conditional():
            return f"({show(node.condition)} ? {show(node.then)} : {show(node.otherwise)})"
        case tree.Assign():
            return f"{show(node.target)} {node.operator} {show(node.value)}"
        case tree.Cast():
            return f"(({show(node.type)}){show(node.operand)})"
        case tree.TypeArgument():
            return show(node.type)
        case tree.Braces():
            both = zip(node.names, node.items, strict=True)
            return f"{{ {', '.join(_designated(n) + show(i) for n, i in both)} }}"
        case tree.Words():
            return f"<{node.text}>"
    raise TypeError(node)


def _designated(names: tuple[str, ...] | None) -> str:
    if not names:
        return "" if names == () else "[n] = "
    return "".join(n if n.startswith("[") else f".{n}" for n in names) + " = "
