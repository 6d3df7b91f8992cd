/** A report as Markdown and as JSON, from the data that its page shows. */
import type { ReportResults, Session } from "@/api/types";
import type { Turn } from "@/features/interview/conversation";
import { dimensionName } from "@/lib/dimension-name";

import { narrativeTitles } from "./narrative-titles";

const singleLine = (text: string) => text.replace(/\s+/g, " ").trim();

export function reportToMarkdown(session: Session, report: ReportResults, turns: Turn[]): string {
  const lines = [`# Interview report: ${session.session_config.job_role ?? "interview"}`, ""];
  lines.push(new Date(session.created_at).toLocaleString(), "");
  if (typeof report.overall_score === "number") lines.push(`**Overall: ${report.overall_score} of 5**`, "");
  if (report.dimension_scores?.length) {
    lines.push("## Scores", "", "| dimension | score | why |", "|---|---|---|");
    for (const score of report.dimension_scores) {
      lines.push(
        `| ${dimensionName(score.dimension)} | ${score.score ?? "–"} | ${singleLine(score.reason).replaceAll("|", "\\|")} |`,
      );
    }
    lines.push("");
    for (const score of report.dimension_scores) {
      for (const { quote, turn_no } of score.evidence) {
        lines.push(`- ${dimensionName(score.dimension)}, answer ${turn_no}: “${singleLine(quote)}”`);
      }
    }
    lines.push("");
  }
  for (const [key, title] of Object.entries(narrativeTitles)) {
    const text = report[key as keyof typeof narrativeTitles];
    if (text) lines.push(`## ${title}`, "", text, "");
  }
  if (report.recommended_resources?.length) {
    lines.push("## Resources", "");
    for (const resource of report.recommended_resources) {
      lines.push(`- [${resource.title}](${resource.url}): ${singleLine(resource.reasoning)}`);
    }
    lines.push("");
  }
  lines.push("## Transcript", "");
  for (const turn of turns) {
    if (turn.message) lines.push(`**You:** ${turn.message}`, "");
    if (turn.feedback?.feedback) lines.push(`> ${turn.feedback.feedback.split("\n").join("\n> ")}`, "");
    if (turn.reply) lines.push(`**Interviewer:** ${turn.reply.content}`, "");
  }
  return lines.join("\n");
}

export function reportToJson(session: Session, report: ReportResults, turns: Turn[]): string {
  const transcript = turns.map(({ turnNo, message, reply, feedback }) => ({
    turn_no: turnNo,
    message,
    reply: reply?.content ?? null,
    feedback,
  }));
  return JSON.stringify(
    { session_config: session.session_config, created_at: session.created_at, report, transcript },
    null,
    2,
  );
}

export function downloadFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
