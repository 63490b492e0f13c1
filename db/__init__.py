"""What is kept: tables, the SQL that reads and writes them, and the connections it runs on."""
