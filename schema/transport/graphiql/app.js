import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
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

const { tabs, headers } = JSON.parse(document.getElementById("examples").textContent);
// Who has been here before finds the tabs as they were left.
const isFirstVisit = localStorage.getItem("graphiql:tabState") === null;

createRoot(document.getElementById("graphiql")).render(
  createElement(
    GraphiQL,
    {
      fetcher,
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
