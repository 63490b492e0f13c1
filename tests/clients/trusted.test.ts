// A server that runs what graphql-codegen's manifest holds and nothing else, and a client that sends hashes in place of texts.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import type { DocumentNode } from "graphql";
import { beforeEach, expect, test } from "vitest";

import { BrowseMoviesDocument } from "./.generated/examples/graphql";
import { endpoint } from "./session";

type WithHash = DocumentNode & { __meta__?: { hash: string } };

const bodies: string[] = [];
beforeEach(() => void bodies.splice(0));

const named = new PersistedQueryLink({ generateHash: (document: WithHash) => document.__meta__?.hash ?? "none" });
const http = new HttpLink({
  uri: endpoint,
  fetch: (address, options) => {
    bodies.push(String(options?.body));
    return fetch(address, options);
  },
});
const client = new ApolloClient({ link: named.concat(http), cache: new InMemoryCache() });

test("runs a document of the manifest, by its hash alone", async () => {
  const { data } = await client.query({ query: BrowseMoviesDocument, variables: { filter: { genres: ["War"] }, first: 2 } });

  expect(data?.movies?.nodes.map(({ title }) => title)).toEqual(["M*A*S*H", "Schindler's List"]);
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).not.toContain("query BrowseMovies");
});

test("runs no other document, named or sent", async () => {
  const refused = await client.query({ query: gql("{ genres { name } }") }).catch((error: unknown) => error);

  const codes = CombinedGraphQLErrors.is(refused) ? refused.errors.map(({ extensions }) => extensions?.["code"]) : refused;
  expect(codes).toEqual(["BAD_REQUEST"]);
  expect(bodies).toHaveLength(2); // the hash, which is unknown, and then the text
});
