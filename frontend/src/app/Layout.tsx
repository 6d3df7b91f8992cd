import { t } from "@lingui/core/macro";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Moon, Sun } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";

import { AuthDialogContext, type AuthView } from "@/auth/AuthDialogContext";
import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { useIsOnline } from "@/hooks/useIsOnline";
import { setItem } from "@/lib/storage";

import { AppUpdate } from "./AppUpdate";
import { LanguageMenu } from "./LanguageMenu";

/** Loaded when it is first opened: most visitors do not sign in. */
const AuthDialog = lazy(() =>
  import("@/features/account/components/AuthDialog").then((module) => ({ default: module.AuthDialog })),
);

/** Marks the link to the current page. */
const navLink =
  "max-[30rem]:px-1 max-[30rem]:text-sm aria-[current=page]:bg-accent aria-[current=page]:text-accent-foreground";

/** Moves the focus to each new page, so that reading and tabbing go on there. The first page keeps the browser's own. */
function useFocusOnNavigation(path: string) {
  const previous = useRef(path);
  useEffect(() => {
    if (previous.current === path) return;
    previous.current = path;
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
}

/** The frame of every page: navigation, who is signed in, whether there is a network. */
export function Layout() {
  const { user, logout } = useAuth();
  const path = useLocation({ select: ({ pathname }) => pathname });
  useFocusOnNavigation(path);
  const [view, setView] = useState<AuthView | null>(null);
  const [wasOpened, setWasOpened] = useState(false);
  const openAuthDialog = useCallback((requested: AuthView) => {
    setWasOpened(true);
    setView(requested);
  }, []);
  const online = useIsOnline();
  return (
    <AuthDialogContext value={openAuthDialog}>
      <div className="flex min-h-dvh flex-col">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-background focus:p-3"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById("main")?.focus();
          }}
        >
          {t`Skip to content`}
        </a>
        <header className="no-print border-b">
          <nav
            aria-label={t`Main`}
            className="mx-auto flex max-w-5xl flex-wrap items-center gap-1 px-2 py-2 max-[30rem]:gap-0.5 sm:px-4"
          >
            <Link
              to="/"
              activeOptions={{ exact: true }}
              className="me-auto flex items-center gap-2 rounded-lg px-1 py-2 text-lg font-bold sm:px-2"
            >
              <img src="/favicon.svg" alt="" className="size-7" />
              <span className="max-[26rem]:sr-only">AI Interviewer</span>
            </Link>
            <Button asChild variant="ghost" className={navLink}>
              <Link to="/history">{t`History`}</Link>
            </Button>
            <Button asChild variant="ghost" className={navLink}>
              <Link to="/progress">{t`Progress`}</Link>
            </Button>
            {user ? (
              <>
                <Button asChild variant="ghost" className={navLink}>
                  <Link to="/account">
                    <span className="max-w-16 truncate sm:max-w-60">{user.name || t`Account`}</span>
                  </Link>
                </Button>
                {/* On phones it is on the account's page. */}
                <Button variant="ghost" className="hidden sm:inline-flex" onClick={() => void logout()}>
                  {t`Sign out`}
                </Button>
              </>
            ) : (
              <Button
                variant="secondary"
                className="max-[30rem]:px-2 max-[30rem]:text-sm"
                onClick={() => openAuthDialog("login")}
              >
                {t`Sign in`}
              </Button>
            )}
            <LanguageMenu />
            <ThemeToggle />
          </nav>
        </header>
        {online ? null : (
          <p role="status" className="bg-accent px-4 py-2 text-center text-accent-foreground">
            {t`You’re offline. Your answer is saved and sent when you’re back online.`}
          </p>
        )}
        <main id="main" tabIndex={-1} className="mx-auto flex w-full max-w-5xl flex-1 flex-col px-4 py-6 outline-none">
          <Outlet />
        </main>
        <AppUpdate isBusy={path === "/interview"} />
        {/* An interview's page ends with the box for the answer. */}
        {path === "/interview" ? null : (
          <footer className="no-print mx-auto w-full max-w-5xl px-4 pb-4 text-sm">
            <Link to="/privacy" className="inline-flex min-h-6 items-center text-muted underline">
              {t`Privacy`}
            </Link>
          </footer>
        )}
      </div>
      {wasOpened ? (
        <Suspense fallback={null}>
          <AuthDialog view={view} onClose={() => setView(null)} />
        </Suspense>
      ) : null}
    </AuthDialogContext>
  );
}

function ThemeToggle() {
  const [dark, setDark] = useState(() => document.documentElement.classList.contains("dark"));
  // The browser's own bars follow the chosen theme, not the system's.
  useEffect(() => {
    const { backgroundColor } = getComputedStyle(document.body);
    for (const meta of document.querySelectorAll('meta[name="theme-color"]'))
      meta.setAttribute("content", backgroundColor);
  }, [dark]);
  const toggle = () => {
    const next = !dark;
    document.documentElement.classList.toggle("dark", next);
    setItem("ai_interviewer_theme", next ? "dark" : "light");
    setDark(next);
  };
  return (
    <Button
      variant="ghost"
      size="icon"
      className="max-[30rem]:w-9"
      onClick={toggle}
      aria-label={dark ? t`Use light theme` : t`Use dark theme`}
    >
      {dark ? <Sun aria-hidden /> : <Moon aria-hidden />}
    </Button>
  );
}
