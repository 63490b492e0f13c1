import { transformAsync } from "@babel/core";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // Puts what relay-compiler has generated in the place of graphql`...`.
      name: "relay",
      enforce: "pre",
      async transform(code, id) {
        if (!code.includes("graphql`")) return;
        const transformed = await transformAsync(code, {
          filename: id,
          configFile: false,
          parserOpts: { plugins: ["typescript", "jsx"] },
          plugins: [["relay", { eagerEsModules: true }]],
        });
        return transformed?.code ?? undefined;
      },
    },
  ],
  test: {
    include: ["*.test.{ts,tsx}"],
    testTimeout: 15_000,
    environmentOptions: { happyDOM: { url: process.env["FRONTEND_ORIGIN"] } },
  },
});
