import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Problem } from "@/api/problem";
import "@/app/app.css";
import { AuthProvider } from "@/auth/AuthProvider";
import { takeMailLink } from "@/features/account/email-link";
import { router } from "@/app/router";

takeMailLink();
// Dialogs add a style sheet of their own, which the policy lets through by this.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);
const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 1_000, retry: (count, error) => count < 3 && error instanceof Problem && error.retryable },
  },
});
const element = document.getElementById("root");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <AuthProvider>
          <RouterProvider router={router} />
        </AuthProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
