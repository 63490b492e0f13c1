// Lets graphql-codegen read the operations of a Markdown file: its blocks that are fenced as ```graphql.
import { readFile } from "node:fs/promises";

import { parse } from "graphql";

const BLOCK = /^```graphql\n(.*?)^```$/gms;

export default async function loadOperations(path) {
  const blocks = [...(await readFile(path, "utf8")).matchAll(BLOCK)].map(([, block]) => block);
  return parse(blocks.join("\n"));
}
