"""Many files: reading them, answering each in a process that may die of it, and the answers in order."""

from verifier.batch.answer import Answer, worst
from verifier.batch.inputs import LITMUS_SUFFIXES, expand
from verifier.batch.job import Job
from verifier.batch.run import answers

__all__ = ["LITMUS_SUFFIXES", "Answer", "Job", "answers", "expand", "worst"]
