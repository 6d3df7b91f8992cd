import { client, unwrap } from "@/api/client";

export const requestPasswordReset = (email: string) =>
  unwrap(client.POST("/auth/forgot_password", { body: { email } }));
export const updatePassword = (password: string) =>
  unwrap(client.POST("/auth/update_password", { body: { password } }));
