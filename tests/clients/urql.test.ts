// urql with the same typed documents; its live ratings come over server-sent events as well as over WebSocket.
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
import { afterAll, describe, expect, test } from "vitest";

import {
  BrowseMoviesDocument,
  LiveRatingsDocument,
  type LiveRatingsSubscription,
  RateMovieDocument,
  RegisterDocument,
  SignInDocument,
} from "./.generated/examples/graphql";
import { endpoint, repeatUntil, Session } from "./session";

const session = new Session();
const sockets = createClient(session.socket);
const overWebSocket = new Client({
  url: endpoint,
  preferGetMethod: true,
  fetchOptions: () => ({ headers: session.headers }),
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query: query ?? "", variables: variables ?? {} }, sink) }),
      }),
    }),
  ],
});
const overServerSentEvents = new Client({
  url: endpoint,
  preferGetMethod: false,
  fetchSubscriptions: true,
  fetchOptions: () => ({ headers: session.headers }),
  exchanges: [fetchExchange],
});
const client = overWebSocket;

afterAll(() => sockets.dispose());

test("signs in, and registers where the credentials are unknown", async () => {
  const input = { username: "urql", password: "the cat sat on the server" };

  const refused = (await client.mutation(SignInDocument, { input })).data?.login;
  expect(refused).toMatchObject({ tokens: null, errors: [{ code: "WRONG_CREDENTIALS" }] });
  const registered = (await client.mutation(RegisterDocument, { input })).data?.register;
  session.token = registered?.tokens?.accessToken;

  expect(registered).toMatchObject({ user: { username: "urql" }, errors: [] });
});

test("reads pages until the end", async () => {
  const page = async (after: string | null) =>
    (await client.query(BrowseMoviesDocument, { filter: { genres: ["Drama"] }, first: 2, after })).data?.movies;

  const titles: string[][] = [];
  for (let movies = await page(null); movies; movies = movies.pageInfo.hasNextPage ? await page(movies.pageInfo.endCursor) : null) {
    titles.push(movies.nodes.map(({ title }) => title));
  }

  expect(titles).toEqual([["The Shawshank Redemption", "Up in the Air"], ["Schindler's List"]]);
});

test("rates a movie, and shows what was wrong with a rating at the input that it is about", async () => {
  const rate = async (value: number) =>
    (await client.mutation(RateMovieDocument, { input: { imdbId: "tt0000013", value, scale: "HUNDRED" } })).data?.rateMovie;

  expect(await rate(85)).toMatchObject({ rating: { value: 8.5 }, movie: { averageRating: 8.5, ratingCount: 1 }, errors: [] });
  expect(await rate(86)).toMatchObject({ rating: null, errors: [{ code: "INVALID", field: ["input", "value"] }] });
});

test("is told the code of what a request as a whole was refused for", async () => {
  const { data, error } = await client.query(BrowseMoviesDocument, { first: 1000 });

  expect(data?.movies).toBeNull();
  expect(error?.graphQLErrors.map(({ extensions }) => extensions["code"])).toEqual(["BAD_USER_INPUT"]);
});

describe.each([
  { way: "WebSocket", listening: overWebSocket, value: 5 },
  { way: "server-sent events", listening: overServerSentEvents, value: 100 },
])("over $way", ({ listening, value }) => {
  test("it follows a movie's ratings live", async () => {
    const heard: LiveRatingsSubscription["ratingChanged"][] = [];
    const { unsubscribe } = listening
      .subscription(LiveRatingsDocument, { imdbId: "tt0000013" })
      .subscribe(({ data }) => void (data && heard.push(data.ratingChanged)));

    const input = { imdbId: "tt0000013", value, scale: "HUNDRED" } as const;
    await repeatUntil(() => heard.length > 0, async () => await client.mutation(RateMovieDocument, { input }));
    unsubscribe();

    expect(heard[0]).toMatchObject({ movie: { title: "Matrix Revolutions" }, rating: { value: value / 10, user: { username: "urql" } } });
  });
});
