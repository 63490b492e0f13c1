// Apollo Client with documents that graphql-codegen's client preset has typed.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { filter, firstValueFrom } from "rxjs";
import { afterAll, expect, test } from "vitest";

import {
  type BrowseMoviesQuery,
  BrowseMoviesDocument,
  ImportMovieDocument,
  LiveRatingsDocument,
  type LiveRatingsSubscription,
  RateMovieDocument,
  RegisterDocument,
  SignInDocument,
} from "./.generated/examples/graphql";
import { endpoint, repeatUntil, Session } from "./session";

type MoviePage = NonNullable<BrowseMoviesQuery["movies"]>;

const session = new Session();
const sockets = createClient(session.socket);
const authenticated = new SetContextLink(({ headers }) => ({ headers: { ...headers, ...session.headers } }));
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    authenticated.concat(new HttpLink({ uri: endpoint })),
  ),
  cache: new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          movies: {
            keyArgs: ["filter", "orderBy"],
            merge: (known: MoviePage | undefined, page: MoviePage) => ({ ...page, nodes: [...(known?.nodes ?? []), ...page.nodes] }),
          },
        },
      },
    },
  }),
});

afterAll(async () => {
  client.stop();
  await sockets.dispose();
});

test("signs in, and registers where the credentials are unknown", async () => {
  const input = { username: "apollo", password: "one small step for a man" };

  const refused = (await client.mutate({ mutation: SignInDocument, variables: { input } })).data?.login;
  expect(refused?.tokens).toBeNull();
  if (refused?.errors[0]?.code === "WRONG_CREDENTIALS") {
    const registered = (await client.mutate({ mutation: RegisterDocument, variables: { input } })).data?.register;
    expect(registered).toMatchObject({ user: { username: "apollo" }, errors: [] });
  }
  const accepted = (await client.mutate({ mutation: SignInDocument, variables: { input } })).data?.login;
  session.token = accepted?.tokens?.accessToken;

  expect(accepted?.errors).toEqual([]);
  expect(Date.parse(accepted?.tokens?.accessTokenExpiresAt ?? "")).toBeGreaterThan(Date.now());
});

test("reads pages until the end", async () => {
  const pages = client.watchQuery({ query: BrowseMoviesDocument, variables: { filter: { genres: ["Drama"] }, first: 2 } });
  const sizes: number[] = [];

  let page = (await firstValueFrom(pages.pipe(filter(({ loading }) => !loading)))).data?.movies;
  sizes.push(page?.nodes?.length ?? 0);
  while (page?.pageInfo?.hasNextPage) {
    page = (await pages.fetchMore({ variables: { after: page.pageInfo.endCursor ?? null } })).data?.movies;
    sizes.push(page?.nodes?.length ?? 0);
  }

  const everything = pages.getCurrentResult().data?.movies;
  expect(sizes).toEqual([2, 1]);
  expect(everything?.nodes?.map((movie) => movie?.title)).toEqual(["The Shawshank Redemption", "Up in the Air", "Schindler's List"]);
  expect(everything?.totalCount).toBe(3);
});

test("rates a movie, and reads its new figures", async () => {
  const input = { imdbId: "tt0000012", value: 4.5, scale: "FIVE" } as const;
  const rated = (await client.mutate({ mutation: RateMovieDocument, variables: { input } })).data?.rateMovie;

  expect(rated?.errors).toEqual([]);
  expect(rated?.rating?.value).toBe(9);
  expect(rated?.movie).toMatchObject({ title: "A Glitch in the Matrix", averageRating: 9, ratingCount: 1 });
  expect(rated?.movie?.ratingDistribution).toContainEqual({ __typename: "RatingBucket", value: 9, count: 1 });
});

test("shows what was wrong with a rating, at the input that it is about", async () => {
  const input = { imdbId: "tt0000012", value: 10.5 };
  const rated = (await client.mutate({ mutation: RateMovieDocument, variables: { input } })).data?.rateMovie;

  expect(rated?.rating).toBeNull();
  expect(rated?.errors).toMatchObject([{ code: "INVALID", field: ["input", "value"] }]);
});

test("imports a film, and hears that there is none", async () => {
  const importing = (imdbId: string) => client.mutate({ mutation: ImportMovieDocument, variables: { input: { imdbId } } });

  const imported = (await importing("tt0770828")).data?.importMovie;
  const unknown = (await importing("tt9999999")).data?.importMovie;

  expect(imported).toMatchObject({ movie: { title: "Man of Steel", releaseDate: "2013-06-12" }, errors: [] });
  expect(unknown).toMatchObject({ movie: null, errors: [{ code: "NOT_FOUND" }] });
});

test("follows a movie's ratings live", async () => {
  const heard: LiveRatingsSubscription["ratingChanged"][] = [];
  const live = client.subscribe({ query: LiveRatingsDocument, variables: { imdbId: "tt0000012" } });
  const subscription = live.subscribe(({ data }) => void (data && heard.push(data.ratingChanged)));

  const rate = (value: number) => client.mutate({ mutation: RateMovieDocument, variables: { input: { imdbId: "tt0000012", value } } });
  await repeatUntil(() => heard.length > 0, () => rate(7.5));
  subscription.unsubscribe();

  expect(heard[0]).toMatchObject({ movie: { title: "A Glitch in the Matrix" }, rating: { value: 7.5, user: { username: "apollo" } } });
});
