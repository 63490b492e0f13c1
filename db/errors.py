"""What can go wrong with the database itself.

DatabaseError
├── DatabaseAway            it cannot be reached, or not in time; trying again later may help
│   ├── ConnectionLost      a connection broke, whose server may be back by now
│   ├── TransactionUndone   a deadlock or a lock's timeout undid the transaction: the same may succeed when run again
│   └── CommitUnknown       a transaction may have been committed, or not: whoever wants to know has to look
└── DuplicateRow            a unique constraint refused the row
"""


class DatabaseError(Exception):
    """The database could not do what it was asked."""


class DatabaseAway(DatabaseError):
    """The database cannot be reached, refuses connections, or did not answer in time."""


class ConnectionLost(DatabaseAway):
    """The connection broke; whether its last statement was carried out is unknown."""


class TransactionUndone(DatabaseAway):
    """The transaction was undone by a deadlock, a lock's timeout, or a server that was not ready for it."""


class CommitUnknown(DatabaseAway):
    """A COMMIT's answer was lost, and running the transaction again has not told what became of it."""


class DuplicateRow(DatabaseError):
    """A row with the same unique key is there already."""
