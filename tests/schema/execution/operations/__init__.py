"""Operations by what they are about, to be answered both ways."""
