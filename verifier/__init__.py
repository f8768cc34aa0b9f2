"""mbpair: checks that the memory barriers of a piece of Linux-kernel code are properly paired."""

__version__ = "0.1.0"
