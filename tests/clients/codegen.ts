// What graphql-codegen's client preset makes: types for GraphiQL's examples and for the README's operations.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  config: { scalars: { Date: "string", DateTime: "string" }, strictScalars: true, useTypeImports: true },
  generates: {
    ".generated/examples/": {
      documents: "../../schema/transport/graphiql/examples/*.graphql",
      preset: "client",
      presetConfig: { fragmentMasking: false, persistedDocuments: true },
    },
    ".generated/readme/": {
      documents: [{ "../../README.md": { loader: "./markdown.js" } }],
      preset: "client",
      presetConfig: { fragmentMasking: false },
    },
  },
};

export default config;
