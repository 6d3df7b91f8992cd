/** Lets any page ask for the sign-in dialog. */
import { createContext, useContext } from "react";

import type { AuthView } from "@/features/account/components/AuthDialog";

const Context = createContext<(view: AuthView) => void>(() => undefined);

export const AuthRequest = Context;
export const useAuthRequest = () => useContext(Context);
