import { t } from "@lingui/core/macro";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";

import { Button } from "@/components/ui/button";
import { Home } from "@/pages/Home";

import { Layout } from "./Layout";

const root = createRootRoute({
  component: Layout,
  notFoundComponent: () => (
    <div className="space-y-4">
      <h1>{t`Page not found`}</h1>
      <p className="text-muted">{t`The link may be old or mistyped.`}</p>
      <Button asChild>
        <Link to="/">{t`Go to home page`}</Link>
      </Button>
    </div>
  ),
  errorComponent: () => (
    <div role="alert" className="space-y-4 p-6">
      <h1>{t`Something went wrong`}</h1>
      <p>{t`Reload the page. What you wrote is saved.`}</p>
      <Button onClick={() => window.location.reload()}>{t`Reload`}</Button>
    </div>
  ),
});

const page = <Path extends string>(path: Path, load: Parameters<typeof lazyRouteComponent>[0], name: string) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, name) });

const routes = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: Home }),
  page("/setup", () => import("@/pages/Setup"), "Setup"),
  page("/interview", () => import("@/pages/Interview"), "Interview"),
  page("/report", () => import("@/pages/Report"), "Report"),
  page("/history", () => import("@/pages/History"), "History"),
  page("/progress", () => import("@/pages/Progress"), "Progress"),
  page("/account", () => import("@/pages/Account"), "Account"),
  page("/privacy", () => import("@/pages/Privacy"), "Privacy"),
  page("/auth/callback", () => import("@/pages/AuthCallback"), "AuthCallback"),
]);

export const router = createRouter({ routeTree: routes, defaultPreload: "intent", scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
