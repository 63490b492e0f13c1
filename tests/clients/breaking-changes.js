// What changed between two schemas, and what of it breaks clients of the first: breaking-changes.js BEFORE AFTER
// One line a change; ends with 1 where anything breaks.
import { readFileSync } from "node:fs";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [before, after] = process.argv.slice(2).map((path) => buildSchema(readFileSync(path, "utf8")));
const changes = await diff(before, after);
for (const { criticality, message } of changes) {
  console.log(`${criticality.level}: ${message}`);
}
process.exitCode = changes.some(({ criticality }) => criticality.level === CriticalityLevel.Breaking) ? 1 : 0;
