import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher, StorageAPI } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

// The editors' language services run in workers, which the bundle holds as files beside this one.
const workers = { graphql: "graphql.worker.js", json: "json.worker.js" };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(workers[label] ?? "editor.worker.js", import.meta.url), { type: "module" }),
};

// The page is served where the API is, so it asks the address that it came from.
const endpoint = new URL(location.pathname, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  // What the Headers tab holds is sent as the socket's connection parameters.
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

// GraphiQL keeps headers out of the tabs that it stores, but not out of its history, where a token would outlive its session.
const { storage } = new StorageAPI();
const store = storage.setItem;
const withoutHeaders = (json) => JSON.stringify(JSON.parse(json), (key, value) => (key === "headers" ? undefined : value));
storage.setItem = (key, value) =>
  store(key, ["graphiql:queries", "graphiql:favorites"].includes(key) ? withoutHeaders(value) : value);

const { tabs, headers } = JSON.parse(document.getElementById("examples").textContent);
// Who has been here before finds the tabs as they were left.
const isFirstVisit = storage.getItem("graphiql:tabState") === null;

createRoot(document.getElementById("graphiql")).render(
  createElement(
    GraphiQL,
    {
      fetcher,
      storage,
      defaultTabs: tabs,
      defaultHeaders: headers,
      defaultEditorToolsVisibility: "variables",
      // GraphiQL fills its editors from the first tab, all but this one.
      initialVariables: isFirstVisit ? tabs[0].variables : undefined,
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    createElement(GraphiQL.Logo, null, "Cinegraph"),
  ),
);
