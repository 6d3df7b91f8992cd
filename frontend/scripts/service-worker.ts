// What makes the app installable, and lets it open without a network: its page and files, never an answer of the API.
import type { VitePWAOptions } from "vite-plugin-pwa";

const description = "Practise job interviews and get feedback that quotes you.";

export const serviceWorker: Partial<VitePWAOptions> = {
  // src/app/AppUpdate.tsx registers it, and asks the user before a new version takes over.
  injectRegister: null,
  registerType: "prompt",
  // Only the operating system shows them, and only once.
  includeManifestIcons: false,
  manifest: {
    id: "/",
    name: "AI Interviewer",
    short_name: "Interviewer",
    description,
    start_url: "/",
    display: "standalone",
    theme_color: "#ffffff",
    background_color: "#ffffff",
    icons: [
      { src: "/favicon.svg", sizes: "any", type: "image/svg+xml" },
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  },
  workbox: {
    globPatterns: ["index.html", "assets/*.{js,css}", "*.{js,svg}"],
    // Their names hold their content's hash.
    dontCacheBustURLsMatching: /^assets\//,
    // "/" is not "/index.html": a page comes from the network if there is one.
    directoryIndex: null,
    navigateFallback: null,
    inlineWorkboxRuntime: true,
    cleanupOutdatedCaches: true,
    navigationPreload: true,
    runtimeCaching: [
      {
        // The page that is kept has its policy and nonce with it. Addresses of the API have no page.
        urlPattern: ({ request, url, sameOrigin }) =>
          sameOrigin &&
          request.mode === "navigate" &&
          !/^\/(agent|api|speech|files|docs|dev|metrics|healthz|readyz|capabilities|openapi\.json|auth(?!\/callback))(\/|$)/.test(
            url.pathname,
          ),
        handler: "NetworkOnly",
        options: { precacheFallback: { fallbackURL: "/index.html" } },
      },
    ],
  },
};
