import { t } from "@lingui/core/macro";
import { useEffect, useState } from "react";

import { Button } from "@/components/ui/button";

const SERVICE_WORKER = "/sw.js";
/** A tab may stay open for days. */
const UPDATE_CHECK_MS = 3_600_000;

/** Registers the service worker when the page has been loaded: what it keeps must not delay the page. */
async function register(onWaiting: () => void): Promise<ServiceWorkerRegistration> {
  if (document.readyState !== "complete") {
    await new Promise((resolve) => window.addEventListener("load", resolve, { once: true }));
  }
  const registration = await navigator.serviceWorker.register(SERVICE_WORKER);
  // The first one takes over at the next page, and replaces nothing.
  const tell = () => {
    if (registration.waiting && navigator.serviceWorker.controller) onWaiting();
  };
  tell();
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", () => tell()),
  );
  return registration;
}

/** Lets the new version take over, and loads it. Other tabs stay as they are. */
async function loadNewVersion() {
  const reload = () => window.location.reload();
  const waiting = (await navigator.serviceWorker.getRegistration())?.waiting;
  if (!waiting) return reload();
  navigator.serviceWorker.addEventListener("controllerchange", reload, { once: true });
  waiting.postMessage({ type: "SKIP_WAITING" });
}

/** Says that a new version is there. `isBusy`: the user is in an interview, and is not told now. */
export function AppUpdate({ isBusy }: { isBusy: boolean }) {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    // Without it, in a private window for example, the app works as long as there is a network.
    const registering = register(() => setReady(true)).catch(() => null);
    const timer = setInterval(
      () => void registering.then((registration) => registration?.update()).catch(() => null),
      UPDATE_CHECK_MS,
    );
    return () => clearInterval(timer);
  }, []);
  return (
    <div role="status" className="no-print">
      {isReady && !isBusy ? (
        <p className="flex flex-wrap items-center justify-center gap-3 border-t px-4 py-2 text-sm">
          {t`A new version is ready.`}
          <Button variant="secondary" onClick={() => void loadNewVersion()}>
            {t`Reload`}
          </Button>
        </p>
      ) : null}
    </div>
  );
}
