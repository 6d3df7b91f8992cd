import { Link } from "@tanstack/react-router";

import { useAuth } from "@/auth/AuthProvider";
import { Button } from "@/components/ui/button";
import { GuestSessions } from "@/features/history/components/GuestSessions";
import { UserSessions } from "@/features/history/components/UserSessions";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

export function History() {
  useDocumentTitle("History");
  const { isAuthenticated } = useAuth();
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="mr-auto">Your interviews</h1>
        <Button asChild variant="secondary">
          <Link to="/progress">Progress and comparison</Link>
        </Button>
      </div>
      {isAuthenticated ? <UserSessions /> : <GuestSessions />}
    </div>
  );
}
