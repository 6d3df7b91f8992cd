/** Lets any page open the sign-in dialog. */
import { createContext, useContext } from "react";

export type AuthView = "login" | "register";

export const AuthDialogContext = createContext<(view: AuthView) => void>(() => undefined);
export const useOpenAuthDialog = () => useContext(AuthDialogContext);
