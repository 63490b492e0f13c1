"""What the clients send: each answer tells whose it is."""

OWN = "user { username }"
RATE = f"""mutation Rate($movie: ID!, $value: Float!) {{ rateMovie(input: {{imdbId: $movie, value: $value}}) {{
    rating {{ value {OWN} movie {{ imdbId }} }} movie {{ imdbId ratingCount }} errors {{ code message }}
}} }}"""
DELETE = """mutation Delete($movie: ID!) { deleteRating(input: {imdbId: $movie}) {
    deletedRatingId movie { imdbId ratingCount } errors { code message }
} }"""
HIDE = """mutation Hide($hidden: Boolean!) { updateUser(input: {isPrivate: $hidden}) {
    user { username isPrivate } errors { code message }
} }"""
READ = f"""query Read($movie: ID!) {{
    viewer {{ username isPrivate rating(imdbId: $movie) {{ value {OWN} }} ratings(first: 10) {{ nodes {{ {OWN} movie {{ imdbId }} }} }} }}
    movie(imdbId: $movie) {{ imdbId title ratingCount }}
}}"""
