"""A schema with the names and shapes of the project's own, for tests that need no resolvers."""

from graphql import build_schema

CATALOGUE = build_schema(
    """
    interface Node { id: ID! }
    type User implements Node {
      id: ID! username: String! displayName: String isPrivate: Boolean!
      ratings(first: Int, after: String, last: Int, before: String, orderBy: RatingOrder! = NEWEST): RatingConnection!
      rating(imdbId: ID!): Rating
    }
    type Movie implements Node {
      id: ID! imdbId: ID! title: String! year: Int genres: [String!]! averageRating: Float ratingCount: Int!
      viewerRating: Rating
      ratings(first: Int, after: String, last: Int, before: String, orderBy: RatingOrder! = NEWEST): RatingConnection!
    }
    type Rating implements Node { id: ID! value(scale: RatingScale! = TEN): Float! user: User! movie: Movie! }
    enum RatingScale { TEN FIVE HUNDRED }
    enum RatingOrder { NEWEST OLDEST HIGHEST LOWEST }
    enum MovieOrder { TOP_RATED MOST_RATED TITLE }
    input MovieFilter { search: String genres: [String!] imdbIds: [ID!] }
    type PageInfo { hasNextPage: Boolean! endCursor: String }
    type RatingConnection { edges: [RatingEdge!]! nodes: [Rating!]! pageInfo: PageInfo! totalCount: Int! }
    type RatingEdge { cursor: String! node: Rating! }
    type MovieConnection { edges: [MovieEdge!]! nodes: [Movie!]! pageInfo: PageInfo! totalCount: Int! }
    type MovieEdge { cursor: String! node: Movie! }
    type Genre { name: String! movieCount: Int! }
    type TmdbGenre { tmdbId: Int! name: String! }
    type TmdbMovie { tmdbId: Int! imdbId: ID title: String! movie: Movie }
    type TmdbMoviePage { page: Int! results: [TmdbMovie!]! }
    type MovieDatabaseTitle { imdbId: ID! title: String! movie: Movie }
    type MovieDatabasePage { page: Int! results: [MovieDatabaseTitle!]! }
    type Query {
      node(id: ID!): Node
      nodes(ids: [ID!]!): [Node]
      viewer: User
      user(username: String!): User
      movie(imdbId: ID!): Movie
      moviesByImdbId(imdbIds: [ID!]!): [Movie]
      movies(
        filter: MovieFilter, orderBy: MovieOrder, first: Int, after: String, last: Int, before: String
      ): MovieConnection
      genres: [Genre!]
      searchMovieDatabase(query: String!, year: Int, page: Int! = 1): MovieDatabasePage
      searchTmdb(query: String!, year: Int, page: Int! = 1): TmdbMoviePage
      tmdbMovie(tmdbId: Int, imdbId: ID): TmdbMovie
      discoverTmdb(genreId: Int!, page: Int! = 1): TmdbMoviePage
      tmdbImdbId(tmdbId: Int!): ID
      tmdbGenres: [TmdbGenre!]
    }
    input CredentialsInput { username: String! password: String! }
    type Tokens { accessToken: String! }
    type LoginPayload { user: User tokens: Tokens }
    input ChangePasswordInput { currentPassword: String! newPassword: String! }
    input DeleteUserInput { password: String account: String }
    input ImportMovieInput @oneOf { imdbId: ID tmdbId: Int }
    input ImportMoviesInput { imdbIds: [ID!]! }
    input MovieInput { imdbId: ID! }
    input RateMovieInput { imdbId: ID! value: Float! }
    type MoviePayload { movie: Movie }
    type ImportMoviesPayload { results: [MoviePayload!]! }
    type Mutation {
      register(input: CredentialsInput!): LoginPayload
      login(input: CredentialsInput!): LoginPayload
      changePassword(input: ChangePasswordInput!): LoginPayload
      deleteUser(input: DeleteUserInput!): LoginPayload
      importMovie(input: ImportMovieInput!): MoviePayload
      importMovies(input: ImportMoviesInput!): ImportMoviesPayload
      refreshMovie(input: MovieInput!): MoviePayload
      rateMovie(input: RateMovieInput!): MoviePayload
      logoutEverywhere: LoginPayload
    }
    type Subscription { ratingChanged(imdbId: ID!): MoviePayload! }
    """
)
