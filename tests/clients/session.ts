// What every client here starts from: where the server is, and a session of its own.
import { WebSocket } from "ws";

export const endpoint = `${process.env["CINEGRAPH_URL"]}/graphql`;

export class Session {
  token: string | undefined;

  get headers(): Record<string, string> {
    return this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
  }

  /** For graphql-ws: browsers bring their own WebSocket, and cannot send headers with it. */
  get socket() {
    return {
      url: endpoint.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: () => this.headers,
    };
  }
}

/** Do something again and again until `happened` comes true: nobody is told when a subscription has begun. */
export async function repeatUntil(happened: () => boolean, act: () => Promise<unknown>): Promise<void> {
  while (!happened()) {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
