"""Files to pieces of pseudo-code: mails, texts and comments, their quoting and their diagrams."""

from verifier.inbox.pieces import Diagram, Piece, Snippet, Unreadable
from verifier.inbox.recognise import recognise

__all__ = ["Diagram", "Piece", "Snippet", "Unreadable", "recognise"]
