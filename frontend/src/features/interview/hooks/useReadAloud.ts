import { useEffect, useRef } from "react";

import type { Session } from "@/api/types";
import type { Line } from "@/features/interview/conversation";
import { takeNewSession } from "@/features/interview/introduction";
import type { SpeechOutput } from "@/features/voice/hooks/useSpeechOutput";

/** Reads the interviewer's lines aloud as they are streamed. A line that was there when the page opened is not read. */
export function useReadAloud(line: Line | null, session: Session | undefined, output: SpeechOutput) {
  const { readAloud, isAvailable, playLine } = output;
  const current = useRef<{ turnNo: number; isNew: boolean } | null>(null);
  useEffect(() => {
    if (!line || !session) return;
    if (current.current?.turnNo !== line.turnNo) {
      const wasThere = session.conversation_history.some(({ content }) => content === line.text);
      current.current = { turnNo: line.turnNo, isNew: takeNewSession(session.session_id) || !wasThere };
    }
    if (readAloud && isAvailable && current.current.isNew) playLine(line.turnNo, line.sentences);
  }, [line, session, readAloud, isAvailable, playLine]);
}
