import { lingui } from "@lingui/vite-plugin";
import babel, { defineRolldownBabelPreset } from "@rolldown/plugin-babel";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";

import compiledMessages from "./scripts/compiled-messages.ts";
import { serviceWorker } from "./scripts/service-worker.ts";

const service = process.env.API_URL ?? "http://localhost:8000";
const paths = [
  "/agent/",
  "/capabilities",
  "/speech/",
  "/files/",
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/docs/",
  "/dev/",
];
/** Some of their addresses are a page of the app to a browser, and an answer to a program. */
const pathsWithPages = ["/auth/", "/shared/"];
const toApp: ProxyOptions["bypass"] = ({ headers, url }) => (headers.accept?.includes("text/html") ? url : undefined);

/** Gives each text its id, and compiles the English one into its place: it is the only language without a catalog. */
const messages = defineRolldownBabelPreset({
  preset: () => ({
    plugins: [["@lingui/babel-plugin-lingui-macro", { stripMessageField: false }], compiledMessages],
  }),
  rolldown: { filter: { code: /@lingui\/core\/macro/ } },
});

export default defineConfig({
  plugins: [
    react(),
    babel({ presets: [messages] }),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    tailwindcss(),
    VitePWA(serviceWorker),
  ],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  // The service puts one of its own in its place for each page it hands out (src/routes/web.rs).
  html: { cspNonce: "%CSP_NONCE%" },
  build: {
    target: "es2023",
    sourcemap: false,
    assetsInlineLimit: 0,
    // What the first page needs comes in one file, not in one for each combination of pages that share a module.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "initial", tags: ["$initial"] }] } } },
  },
  server: {
    proxy: Object.fromEntries<ProxyOptions>([
      ...paths.map((path) => [path, { target: service, ws: path === "/speech/" }] as const),
      ...pathsWithPages.map((path) => [path, { target: service, bypass: toApp }] as const),
    ]),
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
  },
});
