/** A report as Markdown and as JSON, from the same data that the page shows. */
import type { Report, WholeSession } from "@/api/service";

import type { Turn } from "@/features/interview/conversation";

/** `relevance_to_job` → `Relevance to job` */
export function dimensionName(dimension: string): string {
  const words = dimension.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const narrativeTitles = {
  strengths: "Strengths",
  weaknesses: "Weaknesses",
  improvement_focus_areas: "What to work on",
  patterns_tendencies: "Patterns",
} as const;

const quoted = (text: string) => text.replace(/\s+/g, " ").trim();

export function asMarkdown(session: WholeSession, report: Report, turns: Turn[]): string {
  const lines = [`# Interview report: ${session.session_config.job_role ?? "interview"}`, ""];
  lines.push(new Date(session.created_at).toLocaleString(), "");
  if (typeof report.overall_score === "number") lines.push(`**Overall: ${report.overall_score} of 5**`, "");
  if (report.dimension_scores?.length) {
    lines.push("## Scores", "", "| dimension | score | why |", "|---|---|---|");
    for (const score of report.dimension_scores) {
      lines.push(
        `| ${dimensionName(score.dimension)} | ${score.score ?? "–"} | ${quoted(score.reason).replaceAll("|", "\\|")} |`,
      );
    }
    lines.push("");
    for (const score of report.dimension_scores) {
      for (const { quote, turn_no } of score.evidence) {
        lines.push(`- ${dimensionName(score.dimension)}, answer ${turn_no}: “${quoted(quote)}”`);
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
      lines.push(`- [${resource.title}](${resource.url}): ${quoted(resource.reasoning)}`);
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

export function asJson(session: WholeSession, report: Report, turns: Turn[]): string {
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

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
