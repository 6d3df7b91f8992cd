import { t } from "@lingui/core/macro";
import { useState } from "react";

import { useOpenAuthDialog } from "@/auth/AuthDialogContext";
import { Button } from "@/components/ui/button";
import { Loading, Notice } from "@/components/ui/notice";
import { useGuestSessions } from "@/features/history/hooks/useGuestSessions";

import { noFilters } from "./SessionFilters";
import { SessionResults } from "./SessionResults";

/** The sessions that this browser began as a guest, filtered here. */
export function GuestSessions() {
  const openAuthDialog = useOpenAuthDialog();
  const [filters, setFilters] = useState(noFilters);
  const { sessions: known, isLoading } = useGuestSessions(true);
  const search = filters.search.trim().toLowerCase();
  const found = known.filter(
    ({ job_role, company_name, status }) =>
      (!filters.status || status === filters.status) &&
      [job_role, company_name].some((text) => (text ?? "").toLowerCase().includes(search)),
  );
  return (
    <>
      <Notice>
        <span className="me-auto">{t`You’re not signed in. These interviews are saved only in this browser.`}</span>
        <Button onClick={() => openAuthDialog("register")}>{t`Create account`}</Button>
      </Notice>
      {isLoading ? (
        <Loading what={t`Loading your interviews…`} />
      ) : (
        <SessionResults
          sessions={found}
          filters={filters}
          onFilters={setFilters}
          isFiltered={found.length < known.length}
          hasMore={false}
        />
      )}
    </>
  );
}
