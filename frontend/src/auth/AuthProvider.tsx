/** Who is signed in, the same in every tab of this browser. */
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
import * as tokens from "@/api/tokens";
import type { Profile } from "@/api/types";
import { guestSessionIds, saveGuestSessionIds } from "@/lib/guest-sessions";
import { writeJson } from "@/lib/local-store";
import { removeUnsent, SETUP_KEY } from "@/lib/unsent";

import * as api from "./api";

export interface Auth {
  user: Profile | null;
  /** Whose sign-in has ended without a sign-out. What they see stays until they or somebody else signs in. */
  expiredUser: Profile | null;
  isAuthenticated: boolean;
  /** The stored profile has not been confirmed by the service yet. */
  isLoading: boolean;
  login: (email: string, password: string) => Promise<void>;
  /** Resolves to false when the address must be confirmed first. */
  register: (email: string, password: string, name: string) => Promise<boolean>;
  logout: () => Promise<void>;
  /** Deletes the account with everything it owns. */
  deleteAccount: () => Promise<void>;
  updateName: (name: string) => Promise<void>;
  /** Signs in with the tokens of an e-mail's link. */
  signInWithTokens: (access_token: string, refresh_token: string) => Promise<void>;
}

const Context = createContext<Auth | null>(null);

/** The session is gone or somebody else's, or there was never one of that id. */
const isLost = (error: unknown) => error instanceof Problem && [400, 404, 422].includes(error.status);

/**
 * Moves a guest's sessions to the account. One that can't be claimed now, say because the account has too many, is tried
 * again at the next sign-in.
 */
async function claimGuestSessions(token: string): Promise<void> {
  const unclaimed: string[] = [];
  for (const id of guestSessionIds()) {
    try {
      await api.claimSession(id, token);
    } catch (error) {
      if (!isLost(error)) unclaimed.push(id);
    }
  }
  saveGuestSessionIds(unclaimed);
}

/** Leaves nothing that was written to the next user of this browser. */
function clearSignIn(): void {
  removeUnsent();
  tokens.clear();
}

type Identity = Pick<Auth, "user" | "expiredUser">;

/** The same object as long as its content is the same, as `useSyncExternalStore` wants it. */
let snapshot: { text: string; identity: Identity } = { text: "", identity: { user: null, expiredUser: null } };
function currentIdentity(): Identity {
  const stored = tokens.storedUser();
  const isSignedIn = tokens.accessToken() !== null;
  const text = JSON.stringify([isSignedIn, stored]);
  const identity = { user: isSignedIn ? stored : null, expiredUser: isSignedIn ? null : stored };
  if (text !== snapshot.text) snapshot = { text, identity };
  return snapshot.identity;
}

export function AuthProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { user, expiredUser } = useSyncExternalStore(tokens.subscribe, currentIdentity);
  const userId = user?.id ?? null;

  // Nothing of one user is shown to another.
  const ownerId = userId ?? expiredUser?.id;
  useEffect(() => () => queries.clear(), [ownerId, queries]);

  // The stored profile may be old, or the account gone.
  const [confirmed, setConfirmed] = useState<string | null>(null);
  useEffect(() => {
    if (!userId) return;
    void api
      .getProfile(null)
      .then(tokens.storeUser, () => undefined)
      .finally(() => setConfirmed(userId));
  }, [userId]);
  const isLoading = userId !== confirmed && userId !== null;

  const completeSignIn = useCallback(async (signedIn: tokens.Tokens) => {
    await claimGuestSessions(signedIn.access_token);
    const previous = tokens.storedUser();
    // The form holds a résumé. Answers stand under their session, which only its owner sees.
    if (previous && previous.id !== signedIn.user.id) writeJson(SETUP_KEY, null);
    tokens.store(signedIn);
  }, []);
  const login = useCallback(
    async (email: string, password: string) => completeSignIn(await api.login(email, password)),
    [completeSignIn],
  );
  const register = useCallback(
    async (email: string, password: string, name: string) => {
      const answer = await api.register(email, password, name);
      if (!("access_token" in answer)) return false;
      await completeSignIn(answer as tokens.Tokens);
      return true;
    },
    [completeSignIn],
  );
  const logout = useCallback(async () => {
    // Signs out here even if the service can't be reached.
    await api.logout().catch(() => undefined);
    clearSignIn();
  }, []);
  const deleteAccount = useCallback(async () => {
    await api.deleteAccount();
    clearSignIn();
  }, []);
  const updateName = useCallback(async (name: string) => tokens.storeUser(await api.updateName(name)), []);
  const signInWithTokens = useCallback(
    async (access_token: string, refresh_token: string) => {
      await completeSignIn({ access_token, refresh_token, user: await api.getProfile(access_token) });
    },
    [completeSignIn],
  );
  const value = useMemo(
    () => ({
      user,
      expiredUser,
      isAuthenticated: user !== null,
      isLoading,
      login,
      register,
      logout,
      deleteAccount,
      updateName,
      signInWithTokens,
    }),
    [user, expiredUser, isLoading, login, register, logout, deleteAccount, updateName, signInWithTokens],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useAuth(): Auth {
  const value = useContext(Context);
  if (!value) throw new Error("useAuth is used outside of AuthProvider");
  return value;
}
