// @vitest-environment happy-dom
// Relay in React: a paginated fragment, mutations that edit its connection, and a subscription that moves the figures on show.
import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";
import { afterAll, expect, test, vi } from "vitest";

import type { MovieRatingsRateMutation } from "./.generated/relay/MovieRatingsRateMutation.graphql";
import { commit, register, signIn } from "./relay/Account";
import { createEnvironment } from "./relay/environment";
import { MovieRatings, rateMutation } from "./relay/MovieRatings";
import { Session } from "./session";

const session = new Session();
const environment = createEnvironment(session);
const page = document.body.appendChild(document.createElement("main"));
const root = createRoot(page);
afterAll(() => root.unmount());

const press = (label: string) => [...page.querySelectorAll("button")].find(({ textContent }) => textContent === label)?.click();
const shown = (selector: string) => [...page.querySelectorAll(selector)].map(({ textContent }) => textContent);

test("signs in, and registers where the credentials are unknown", async () => {
  const refused = await signIn(environment, "relay", "four times a hundred metres");
  expect(refused).toEqual({ tokens: null, errors: [{ code: "WRONG_CREDENTIALS" }] });

  const registered = await register(environment, "relay", "four times a hundred metres");
  session.token = registered?.tokens?.accessToken;
  expect(registered?.errors).toEqual([]);
});

test("shows the first page of a movie's ratings, and the second where more are asked for", async () => {
  root.render(
    <RelayEnvironmentProvider environment={environment}>
      <Suspense>
        <MovieRatings imdbId="tt0000005" />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
  await vi.waitFor(() => expect(shown("h1")).toEqual(["M: 7 of 3"]));
  expect(shown("li")).toEqual(["user1 7", "user2 7"]);
  expect(shown("button")).toContain("More");

  press("More");
  await vi.waitFor(() => expect(shown("li")).toEqual(["user1 7", "user2 7", "user3 7"]));
  expect(shown("button")).not.toContain("More");
});

test("adds a rating to the list, and takes it away again", async () => {
  press("Rate 10");
  await vi.waitFor(() => expect(shown("li")).toEqual(["user1 7", "user2 7", "user3 7", "relay 10"]));
  expect(shown("h1")).toEqual(["M: 7.75 of 4"]);

  press("Take back");
  await vi.waitFor(() => expect(shown("li")).toEqual(["user1 7", "user2 7", "user3 7"]));
  expect(shown("h1")).toEqual(["M: 7 of 3"]);
});

test("shows why a rating was refused, and changes nothing", async () => {
  press("Rate 10.5");

  await vi.waitFor(() => expect(shown("output")).toEqual(["INVALID at input.value"]));
  expect(shown("li")).toEqual(["user1 7", "user2 7", "user3 7"]);
});

test("moves the figures when somebody else rates", async () => {
  const somebodyElse = new Session();
  const elsewhere = createEnvironment(somebodyElse);
  somebodyElse.token = (await register(elsewhere, "baton", "passed on without falling"))?.tokens?.accessToken;
  await commit<MovieRatingsRateMutation>(elsewhere, rateMutation, { input: { imdbId: "tt0000005", value: 9 }, connections: [] });

  await vi.waitFor(() => expect(shown("h1")).toEqual(["M: 7.5 of 4"]));
});
