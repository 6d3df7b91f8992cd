import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Problem } from "@/api/problem";
import { App } from "@/app/App";
import "@/app/app.css";
import { AuthProvider } from "@/auth/AuthProvider";
import { captureEmailLink } from "@/features/account/email-link";
import { activateFirstLanguage } from "@/lib/i18n/language";

/** Seconds. */
const MAX_RETRY_DELAY = 30;

captureEmailLink();
// Radix dialogs add a style sheet, which the Content-Security-Policy allows by this nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      retry: (count, error) => count < 3 && error instanceof Problem && error.retryable && !error.isLongWait,
      retryDelay: (count, error) =>
        ((error instanceof Problem && error.retryAfter) || Math.min(2 ** count, MAX_RETRY_DELAY)) * 1_000,
    },
  },
});
const element = document.getElementById("root");
if (element) {
  const root = createRoot(element);
  const app = (
    <StrictMode>
      <QueryClientProvider client={queries}>
        <AuthProvider>
          <App />
        </AuthProvider>
      </QueryClientProvider>
    </StrictMode>
  );
  void activateFirstLanguage().then(() => root.render(app));
}
