"""Z3, as the other modules here load it when they first ask it something."""

from __future__ import annotations

import z3 as z3

# A context has an owner from the end of its making on. One that is half made, since time ran out, goes away in silence
# with this; Z3 would print a traceback.
z3.Context.owner = False
