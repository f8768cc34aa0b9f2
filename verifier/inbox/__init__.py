"""Files to pieces of pseudo-code: mails, texts and comments, their quoting and their diagrams."""

from verifier.inbox.pieces import Diagram, Litmus, Piece, Snippet, Unreadable
from verifier.inbox.recognise import recognise

__all__ = ["Diagram", "Litmus", "Piece", "Snippet", "Unreadable", "recognise"]
