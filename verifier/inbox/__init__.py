"""Files to pieces of pseudo-code: mails, texts and comments, their quoting, their diagrams and their diffs."""

from verifier.inbox.pieces import Diagram, Litmus, Patch, Piece, Side, Snippet, Unreadable
from verifier.inbox.recognise import recognise

__all__ = ["Diagram", "Litmus", "Patch", "Piece", "Side", "Snippet", "Unreadable", "recognise"]
