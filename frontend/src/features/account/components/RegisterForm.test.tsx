import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { Problem } from "@/api/problem";
import { useAuth } from "@/auth/AuthProvider";

import { RegisterForm } from "./RegisterForm";

vi.mock("@/auth/AuthProvider", () => ({ useAuth: vi.fn() }));

function show(register: (email: string, password: string, name: string) => Promise<boolean>) {
  vi.mocked(useAuth).mockReturnValue({ register } as unknown as ReturnType<typeof useAuth>);
  const onDone = vi.fn();
  render(<RegisterForm onDone={onDone} />);
  return { onDone, user: userEvent.setup() };
}

async function fill(user: ReturnType<typeof userEvent.setup>, name: string, email: string, password: string) {
  if (name) await user.type(screen.getByLabelText("Name"), name);
  if (email) await user.type(screen.getByLabelText("E-mail address"), email);
  if (password) await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Create account" }));
}

describe("the form for a new account", () => {
  it("names every field that is wrong, and asks the service nothing", async () => {
    const register = vi.fn();
    const { user } = show(register);
    await fill(user, "", "nobody", "short");
    for (const label of ["Name", "E-mail address", "Password"]) expect(screen.getByLabelText(label)).toBeInvalid();
    expect(register).not.toHaveBeenCalled();
  });

  it("is done when the account is there", async () => {
    const { user, onDone } = show(() => Promise.resolve(true));
    await fill(user, "Ada", "ada@example.com", "Wonder-land-42");
    expect(onDone).toHaveBeenCalled();
  });

  it("says that a mail is on its way when the address must be confirmed", async () => {
    const { user, onDone } = show(() => Promise.resolve(false));
    await fill(user, "Ada", "ada@example.com", "Wonder-land-42");
    expect(screen.getByRole("status")).toHaveTextContent("ada@example.com");
    expect(onDone).not.toHaveBeenCalled();
  });

  it("says why the service refuses, in words for people", async () => {
    const { user } = show(() => Promise.reject(new Problem(409, "email_taken", "For programmers.", false)));
    await fill(user, "Ada", "ada@example.com", "Wonder-land-42");
    expect(screen.getByRole("alert")).toHaveTextContent("already has an account");
  });
});
