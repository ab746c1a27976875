"""The ear: what is said to Assist becomes a start, a command, an answer or a stop word."""
