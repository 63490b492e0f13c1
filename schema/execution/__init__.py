"""How an operation is run: its document, what it may cost, and the plan of its work."""
