// A movie and its ratings, a page at a time. Rating makes the list longer and taking the rating back makes it shorter, without
// asking for it again; whatever anybody rates moves the figures.
import { useMemo, useState } from "react";
import { graphql, useLazyLoadQuery, useMutation, usePaginationFragment, useSubscription } from "react-relay";

import type { MovieRatings_movie$key } from "../.generated/relay/MovieRatings_movie.graphql";
import type { MovieRatingsLiveSubscription } from "../.generated/relay/MovieRatingsLiveSubscription.graphql";
import type { MovieRatingsPageQuery } from "../.generated/relay/MovieRatingsPageQuery.graphql";
import type { MovieRatingsQuery } from "../.generated/relay/MovieRatingsQuery.graphql";
import type { MovieRatingsRateMutation } from "../.generated/relay/MovieRatingsRateMutation.graphql";
import type { MovieRatingsTakeBackMutation } from "../.generated/relay/MovieRatingsTakeBackMutation.graphql";

export const rateMutation = graphql`
  mutation MovieRatingsRateMutation($input: RateMovieInput!, $connections: [ID!]!) {
    rateMovie(input: $input) {
      rating @appendNode(connections: $connections, edgeTypeName: "RatingEdge") {
        id
        value
        user {
          username
        }
      }
      movie {
        averageRating
        ratingCount
      }
      errors {
        code
        field
      }
    }
  }
`;

export function MovieRatings({ imdbId }: { imdbId: string }) {
  const { movie } = useLazyLoadQuery<MovieRatingsQuery>(
    graphql`
      query MovieRatingsQuery($imdbId: ID!) {
        movie(imdbId: $imdbId) {
          ...MovieRatings_movie
        }
      }
    `,
    { imdbId },
  );
  return movie ? <Ratings of={movie} /> : <p>There is no such movie.</p>;
}

function Ratings({ of }: { of: MovieRatings_movie$key }) {
  const { data, hasNext, loadNext } = usePaginationFragment<MovieRatingsPageQuery, MovieRatings_movie$key>(
    graphql`
      fragment MovieRatings_movie on Movie
      @refetchable(queryName: "MovieRatingsPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) {
        imdbId
        title
        averageRating
        ratingCount
        ratings(first: $count, after: $cursor, orderBy: OLDEST) @connection(key: "MovieRatings_ratings") {
          __id
          edges {
            node {
              id
              value
              user {
                username
              }
            }
          }
        }
      }
    `,
    of,
  );
  useLiveFigures(data.imdbId);
  return (
    <>
      <h1>{`${data.title}: ${data.averageRating} of ${data.ratingCount}`}</h1>
      <ul>
        {data.ratings.edges.map(({ node }) => (
          <li key={node.id}>{`${node.user.username} ${node.value}`}</li>
        ))}
      </ul>
      {hasNext && <button onClick={() => loadNext(2)}>More</button>}
      <RatingForm imdbId={data.imdbId} connection={data.ratings.__id} />
    </>
  );
}

function RatingForm({ imdbId, connection }: { imdbId: string; connection: string }) {
  const [refusal, setRefusal] = useState<string>();
  const [rate] = useMutation<MovieRatingsRateMutation>(rateMutation);
  const [takeBack] = useMutation<MovieRatingsTakeBackMutation>(graphql`
    mutation MovieRatingsTakeBackMutation($input: DeleteRatingInput!, $connections: [ID!]!) {
      deleteRating(input: $input) {
        deletedRatingId @deleteEdge(connections: $connections)
        movie {
          averageRating
          ratingCount
        }
        errors {
          code
        }
      }
    }
  `);
  const give = (value: number) =>
    rate({
      variables: { input: { imdbId, value }, connections: [connection] },
      onCompleted: ({ rateMovie }) =>
        setRefusal(rateMovie?.errors.map(({ code, field }) => `${code} at ${field?.join(".")}`).join()),
    });
  return (
    <>
      <button onClick={() => give(10)}>Rate 10</button>
      <button onClick={() => give(10.5)}>Rate 10.5</button>
      <button onClick={() => takeBack({ variables: { input: { imdbId }, connections: [connection] } })}>Take back</button>
      <output>{refusal}</output>
    </>
  );
}

function useLiveFigures(imdbId: string) {
  useSubscription<MovieRatingsLiveSubscription>(
    useMemo(
      () => ({
        subscription: graphql`
          subscription MovieRatingsLiveSubscription($imdbId: ID!) {
            ratingChanged(imdbId: $imdbId) {
              movie {
                averageRating
                ratingCount
              }
            }
          }
        `,
        variables: { imdbId },
      }),
      [imdbId],
    ),
  );
}
