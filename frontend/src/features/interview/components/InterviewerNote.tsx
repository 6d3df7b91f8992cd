import { t } from "@lingui/core/macro";
import type { SessionConfig } from "@/api/types";
import { interviewerOf, type Conversation } from "@/features/interview/conversation";

interface Props {
  config: SessionConfig;
  conversation: Conversation;
}

/** Who asks the questions: a language model, and which, or nobody who understands the answers. */
export function InterviewerNote({ config, conversation }: Props) {
  const interviewer = interviewerOf(conversation);
  if (!interviewer) return null;
  if (interviewer !== "offline") return <p className="text-sm text-muted">{t`AI interviewer: ${interviewer}`}</p>;
  const isEnglish = (config.language ?? "en").toLowerCase().split("-")[0] === "en";
  return (
    <p className="text-sm text-muted">
      {isEnglish
        ? t`Practice mode: no AI. Questions come from a prepared list.`
        : t`Practice mode: no AI. Questions come from a prepared list, in English only.`}
    </p>
  );
}
