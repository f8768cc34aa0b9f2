"""Checks the evidence that mbpair writes: proofs with cvc5, executions with the concrete evaluator of cat terms."""
