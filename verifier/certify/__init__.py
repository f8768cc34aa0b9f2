"""Evidence for verdicts that others can check: formulas for a second solver, executions for a second evaluator.

The translation is one of its own. With what decides it shares the event graph, the relation terms of the model and
what was asked; no bounds, no list of executions, no clauses.
"""
