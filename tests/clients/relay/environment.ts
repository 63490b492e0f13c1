import { createClient } from "graphql-ws";
import { Environment, Network, Observable, type GraphQLResponse } from "relay-runtime";

import { endpoint, type Session } from "../session";

/** A Relay environment that asks over HTTP and listens over WebSocket, as whoever the session belongs to. */
export function createEnvironment(session: Session): Environment {
  const sockets = createClient(session.socket);
  return new Environment({
    network: Network.create(
      async ({ text }, variables) => {
        const response = await fetch(endpoint, {
          method: "POST",
          headers: { ...session.headers, "content-type": "application/json" },
          body: JSON.stringify({ query: text, variables }),
        });
        return (await response.json()) as GraphQLResponse;
      },
      ({ text, name }, variables) =>
        Observable.create((sink) =>
          sockets.subscribe(
            { query: text ?? "", operationName: name, variables },
            { ...sink, next: (value) => sink.next(value as GraphQLResponse), error: (error) => sink.error(error as Error) },
          ),
        ),
    ),
  });
}
