"""Mails, diffs and diagrams that nobody meant to write: whatever they hold, they are answered or refused."""
