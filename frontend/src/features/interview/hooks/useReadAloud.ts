import { useEffect, useRef } from "react";

import { takeBegun } from "@/features/interview/hooks/useStartInterview";
import type { Line } from "@/features/interview/conversation";
import type { WholeSession } from "@/api/service";

import type { useVoice } from "@/features/voice/hooks/useVoice";

/** Reads the interviewer's line as it comes, and not one that was there when the page was opened. */
export function useReadAloud(line: Line | null, session: WholeSession | undefined, voice: ReturnType<typeof useVoice>) {
  const { aloud, canSpeak, follow } = voice;
  const known = useRef<{ turnNo: number; isNew: boolean } | null>(null);
  useEffect(() => {
    if (!line || !session) return;
    if (known.current?.turnNo !== line.turnNo) {
      const wasThere = session.conversation_history.some(({ content }) => content === line.text);
      known.current = { turnNo: line.turnNo, isNew: takeBegun(session.session_id) || !wasThere };
    }
    if (aloud && canSpeak && known.current.isNew) follow(line.turnNo, line.sentences);
  }, [line, session, aloud, canSpeak, follow]);
}
