"""Families of snippets that grow with a number: what mbpair says of their barriers is the same at each size."""

from __future__ import annotations


def descriptor(fields: int) -> str:
    """A producer fills in the fields of a descriptor and raises a flag after smp_wmb(); who sees the flag reads the
    fields after smp_rmb()."""
    names = [f"f{i}" for i in range(fields)]
    members = "".join(f"\tint {name};\n" for name in names)
    filled = "".join(f"\td->{name} = {i + 1};\n" for i, name in enumerate(names))
    taken = "".join(f"\tsum += d->{name};\n" for name in names)
    return f"""\
struct descriptor {{
{members}	int ready;
}};

void fill(struct descriptor *d)
{{
{filled}	smp_wmb();
	WRITE_ONCE(d->ready, 1);
}}

int take(struct descriptor *d)
{{
	int sum = 0;

	if (!READ_ONCE(d->ready))
		return 0;
	smp_rmb();
{taken}	return sum;
}}
"""


def flags(stages: int) -> str:
    """A producer raises a flag for each stage of its work, after smp_wmb(); who sees a flag reads, after smp_rmb(),
    what that stage made."""
    members = "".join(f"\tint data{i};\n\tint done{i};\n" for i in range(stages))
    made = "".join(
        f"\tw->data{i} = {i + 1};\n\tsmp_wmb();\n\tWRITE_ONCE(w->done{i}, 1);\n" for i in range(stages)
    )
    used = "".join(
        f"\tif (READ_ONCE(w->done{i})) {{\n\t\tsmp_rmb();\n\t\tsum += w->data{i};\n\t}}\n"
        for i in range(stages)
    )
    return f"""\
struct work {{
{members}}};

void produce(struct work *w)
{{
{made}}}

int consume(struct work *w)
{{
	int sum = 0;

{used}	return sum;
}}
"""
