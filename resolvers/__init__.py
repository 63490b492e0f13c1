"""What happens: rules, transactions, and the order of work, one resolve_<field> for each field that is more than a column."""
