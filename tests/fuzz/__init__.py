"""Operations made up from the schema, sent to a running server: `make fuzz`. Plain `make test` leaves it out, for it takes minutes."""
