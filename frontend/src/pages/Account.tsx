import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { detailOf } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/field";
import { Loading, Notice } from "@/components/ui/notice";
import { useAuth } from "@/auth/AuthProvider";
import { useAuthRequest } from "@/auth/AuthDialogContext";
import { useTitle } from "@/hooks/useDocumentTitle";
import { updatePassword } from "@/api/service";

export function Account() {
  useTitle("Account");
  const { user, isLoading } = useAuth();
  const askToSignIn = useAuthRequest();
  if (!user) {
    return (
      <div className="space-y-4">
        <h1>Your account</h1>
        <p>You are not signed in.</p>
        <Button onClick={() => askToSignIn("login")}>Sign in</Button>
      </div>
    );
  }
  if (isLoading) return <Loading what="Fetching your account" />;
  return (
    <div className="max-w-lg space-y-8">
      <div>
        <h1>Your account</h1>
        <p className="text-muted">{user.email}</p>
      </div>
      <Name name={user.name} />
      <NewPassword />
      <Deletion email={user.email ?? ""} />
    </div>
  );
}

function Name({ name }: { name: string }) {
  const { rename } = useAuth();
  const change = useMutation({ mutationFn: rename });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate(String(new FormData(event.currentTarget).get("name")));
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <h2>Name</h2>
      {change.error ? <Notice kind="problem">{detailOf(change.error)}</Notice> : null}
      {change.isSuccess ? <Notice>Your name was changed.</Notice> : null}
      <TextField label="Name" name="name" defaultValue={name} autoComplete="name" maxLength={100} required />
      <Button type="submit" disabled={change.isPending}>
        Change the name
      </Button>
    </form>
  );
}

export function NewPassword() {
  const change = useMutation({ mutationFn: updatePassword });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    change.mutate(String(new FormData(form).get("password")), { onSuccess: () => form.reset() });
  };
  return (
    <form onSubmit={submit} className="space-y-3">
      <h2>Password</h2>
      {change.error ? <Notice kind="problem">{detailOf(change.error)}</Notice> : null}
      {change.isSuccess ? <Notice>Your password was changed.</Notice> : null}
      <TextField
        label="New password"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={8}
        hint="At least 8 characters."
        required
      />
      <Button type="submit" disabled={change.isPending}>
        Change the password
      </Button>
    </form>
  );
}

function Deletion({ email }: { email: string }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const { deleteAccount } = useAuth();
  const remove = useMutation({ mutationFn: deleteAccount, onSuccess: () => navigate({ to: "/" }) });
  return (
    <section aria-labelledby="deletion" className="space-y-3 rounded-xl border border-bad p-4">
      <h2 id="deletion">Delete the account</h2>
      <p>Your interviews, reports and everything else we know of you are deleted at once and for good.</p>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Delete my account
      </Button>
      <Dialog open={asking} onOpenChange={setAsking} title="Delete everything?" description="This can't be undone.">
        <div className="space-y-4">
          {remove.error ? <Notice kind="problem">{detailOf(remove.error)}</Notice> : null}
          <TextField
            label={`Type ${email} to confirm`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button variant="danger" disabled={typed !== email || remove.isPending} onClick={() => remove.mutate()}>
            Delete everything
          </Button>
        </div>
      </Dialog>
    </section>
  );
}
