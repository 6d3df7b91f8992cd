/** Who is signed in, in this tab and in all others. */
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";

import { Problem } from "@/api/problem";
import { guestSessions, keepGuestSessions } from "@/lib/guest-sessions";
import { forgetWriting } from "@/lib/local-store";
import * as tokens from "@/api/tokens";
import * as api from "@/api/service";

export interface AuthContextType {
  user: api.Profile | null;
  isAuthenticated: boolean;
  /** What is known of the user from before has not been confirmed yet. */
  isLoading: boolean;
  login: (email: string, password: string) => Promise<void>;
  /** False: the address must be confirmed first. */
  register: (email: string, password: string, name: string) => Promise<boolean>;
  logout: () => Promise<void>;
  /** Deletes the account with everything it owns. */
  deleteAccount: () => Promise<void>;
  rename: (name: string) => Promise<void>;
  /** Takes over tokens that a mail's link brought. */
  adopt: (access_token: string, refresh_token: string) => Promise<void>;
  getToken: () => string | null;
}

const Context = createContext<AuthContextType | null>(null);

/** What a guest began becomes the account's. A session that can't be claimed now is tried at the next sign-in. */
async function claimGuestSessions(token: string): Promise<void> {
  const left: string[] = [];
  for (const id of guestSessions()) {
    try {
      await api.claimSession(id, token);
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) left.push(id);
    }
  }
  keepGuestSessions(left);
}

/** Whoever sits here next finds nothing that was written. */
function leave(): void {
  forgetWriting();
  tokens.clear();
}

let snapshot: { text: string; user: api.Profile | null } = { text: "", user: null };
function currentUser(): api.Profile | null {
  const user = tokens.accessToken() ? tokens.storedUser() : null;
  const text = JSON.stringify(user);
  if (text !== snapshot.text) snapshot = { text, user };
  return snapshot.user;
}

export function AuthProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const user = useSyncExternalStore(tokens.subscribe, currentUser);
  const userId = user?.id ?? null;

  // Nothing of one person is shown to another.
  useEffect(() => () => queries.clear(), [userId, queries]);

  // The stored profile may be old, or the account gone.
  const [confirmed, setConfirmed] = useState<string | null>(null);
  useEffect(() => {
    if (!userId) return;
    void api
      .me(null)
      .then(tokens.storeUser, () => undefined)
      .finally(() => setConfirmed(userId));
  }, [userId]);
  const isLoading = userId !== confirmed && userId !== null;

  const enter = useCallback(async (signedIn: tokens.Tokens) => {
    await claimGuestSessions(signedIn.access_token);
    tokens.store(signedIn);
  }, []);
  const login = useCallback(
    async (email: string, password: string) => enter(await api.login(email, password)),
    [enter],
  );
  const register = useCallback(
    async (email: string, password: string, name: string) => {
      const answer = await api.register(email, password, name);
      if (!("access_token" in answer)) return false;
      await enter(answer as tokens.Tokens);
      return true;
    },
    [enter],
  );
  const logout = useCallback(async () => {
    // Signed out here, whatever the service can do about it.
    await api.logout().catch(() => undefined);
    leave();
  }, []);
  const deleteAccount = useCallback(async () => {
    await api.deleteAccount();
    leave();
  }, []);
  const rename = useCallback(async (name: string) => tokens.storeUser(await api.rename(name)), []);
  const adopt = useCallback(
    async (access_token: string, refresh_token: string) => {
      await enter({ access_token, refresh_token, user: await api.me(access_token) });
    },
    [enter],
  );
  const value = useMemo(
    () => ({
      user,
      isAuthenticated: user !== null,
      isLoading,
      login,
      register,
      logout,
      deleteAccount,
      rename,
      adopt,
      getToken: tokens.accessToken,
    }),
    [user, isLoading, login, register, logout, deleteAccount, rename, adopt],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useAuth(): AuthContextType {
  const value = useContext(Context);
  if (!value) throw new Error("useAuth is used outside of AuthProvider");
  return value;
}
