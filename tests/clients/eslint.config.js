// What schema.graphql is held to. From the folder that holds it: eslint --config tests/clients/eslint.config.js schema.graphql
import graphql from "@graphql-eslint/eslint-plugin";

const exemptions = {
  // Only what grows without end comes as a connection. Names, buckets, genres, errors, and answers to ids that were asked for are
  // short lists, which come whole.
  "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],

  // An id is what `node` finds an object again by: what is stored has one.
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      exceptions: {
        // What an operation answers, once.
        suffixes: ["Connection", "Edge", "PageInfo", "Payload"],
        types: [
          // Facts about the object that they stand in.
          "ExternalRating",
          "ImportMovieResult",
          "RatingBucket",
          "RatingChanged",
          "Tokens",
          "UserError",
          // A name that movies have, not an object that anything else refers to.
          "Genre",
          // What others know: it has their ids, and its `movie` leads to what is stored.
          "MovieDatabasePage",
          "MovieDatabaseTitle",
          "TmdbGenre",
          "TmdbMovie",
          "TmdbMoviePage",
        ],
      },
    },
  ],

  // It takes `username` for a "name" with the prefix "User", and knows no exceptions.
  "@graphql-eslint/no-typename-prefix": "off",
};

const stricter = {
  "@graphql-eslint/require-description": [
    "error",
    { types: true, DirectiveDefinition: true, EnumValueDefinition: true, FieldDefinition: true, InputValueDefinition: true },
  ],
  "@graphql-eslint/alphabetize": [
    "error",
    {
      definitions: true,
      fields: ["ObjectTypeDefinition", "InterfaceTypeDefinition", "InputObjectTypeDefinition"],
      values: true,
      arguments: ["FieldDefinition"],
    },
  ],
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: "schema.graphql" } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      ...exemptions,
      ...stricter,
    },
  },
];
