/** A report as Markdown and as JSON, from the data that its page shows. */
import { t } from "@lingui/core/macro";
import { i18n } from "@lingui/core";
import { choiceName, difficultyNames, styleNames } from "@/lib/config-names";
import { formatDate, formatNumber, scoreOutOfFive } from "@/lib/i18n/format";
import { quoted } from "@/lib/quoted";
import type { FeedbackItem, ReportResults, Session } from "@/api/types";
import type { Turn } from "@/features/interview/conversation";
import { answeredQuestions, nameOfTurn, type AnsweredQuestion } from "@/features/interview/questions";
import { checkName } from "@/lib/check-name";
import { dimensionName } from "@/lib/dimension-name";

import { metOf } from "./met-of";
import { moments } from "./moments";
import { narrativeTitles } from "./narrative-titles";
import { webAddress } from "./web-address";

const singleLine = (text: string) => text.replace(/\s+/g, " ").trim();
const quotedLine = (text: string) => quoted(singleLine(text));
const mark = (met: boolean | null | undefined) => (met === null || met === undefined ? "–" : met ? "✓" : "✗");
const linked = (title: string, url: string) => {
  const address = webAddress(url);
  const text = singleLine(title).replace(/[[\]\\]/g, "\\$&");
  // In angle brackets an address may hold parentheses.
  return address ? `[${text}](<${address}>)` : text;
};
/** A titled list; nothing where there is none. */
const list = (title: string, lines: string[]) => (lines.length > 0 ? [`## ${title}`, "", ...lines, ""] : []);

export function reportToMarkdown(session: Session, report: ReportResults, turns: Turn[]): string {
  const questions = answeredQuestions(turns);
  return [
    ...heading(session, report),
    ...verdict(report, questions),
    ...scores(report, questions),
    ...list(
      t`Checklist`,
      (report.checklist ?? []).map(({ check, met, answers }) => `- ${checkName(check)}: ${metOf(met, answers)}`),
    ),
    ...list(
      t`Fit with the job description`,
      (report.requirements ?? []).map(
        ({ requirement, met, evidence }) =>
          `- ${mark(met)} ${singleLine(requirement)}${evidence ? `: ${quotedLine(evidence.quote)}` : ""}`,
      ),
    ),
    ...narrative(report),
    ...list(
      t`What to read next`,
      (report.recommended_resources ?? []).map(
        ({ title, url, reasoning }) => `- ${linked(title, url)}: ${singleLine(reasoning)}`,
      ),
    ),
    `## ${t`Transcript`}`,
    "",
    ...turns.flatMap((turn) => transcript(turn, questions)),
  ].join("\n");
}

function heading({ session_config: config, created_at }: Session, { coach, rubric_version }: ReportResults): string[] {
  const facts = [
    [t`Company`, config.company_name],
    [t`Date`, formatDate(created_at)],
    [t`Interviewer style`, config.style && choiceName(styleNames, config.style)],
    [t`Difficulty`, config.difficulty && choiceName(difficultyNames, config.difficulty)],
    [t`Coach`, coach === "offline" ? t`practice coach (no AI)` : coach],
    [t`Rubric`, rubric_version],
  ];
  return [
    `# ${config.job_role ? t`Interview report: ${{ role: config.job_role }}` : t`Interview report`}`,
    "",
    ...facts.flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : [])),
    "",
  ];
}

function verdict(report: ReportResults, questions: AnsweredQuestion[]): string[] {
  const { best, weakest } = moments(report, questions);
  const overall = report.overall_score;
  return [
    ...(report.verdict ? [report.verdict, ""] : []),
    ...(typeof overall === "number" ? [`**${t`Overall: ${{ score: scoreOutOfFive(overall) }}`}**`, ""] : []),
    ...list(
      t`Do this next`,
      (report.actions ?? []).map((action, index) => `${index + 1}. ${singleLine(action)}`),
    ),
    ...(best ? [moment(t`Your best answer`, best), ""] : []),
    ...(weakest ? [moment(t`The answer to work on`, weakest), ""] : []),
  ];
}

const moment = (title: string, { name, answer }: AnsweredQuestion) => `**${title} (${name}):** ${quotedLine(answer)}`;

function scores({ dimension_scores = [] }: ReportResults, questions: AnsweredQuestion[]): string[] {
  if (!dimension_scores.some(({ score }) => typeof score === "number")) return [];
  const rows = dimension_scores.map(
    ({ dimension, score, reason }) =>
      `| ${dimensionName(dimension)} | ${typeof score === "number" ? formatNumber(score) : "–"} | ${singleLine(reason).replaceAll("|", "\\|")} |`,
  );
  const quotes = dimension_scores.flatMap(({ dimension, evidence }) =>
    evidence.map(
      ({ quote, turn_no }) => `- ${dimensionName(dimension)}, ${nameOfTurn(questions, turn_no)}: ${quotedLine(quote)}`,
    ),
  );
  return [
    `## ${t`Scores`}`,
    "",
    `| ${t`Dimension`} | ${t`Score`} | ${t`Why`} |`,
    "|---|---|---|",
    ...rows,
    "",
    ...quotes,
    "",
  ];
}

function narrative(report: ReportResults): string[] {
  const parts = Object.entries(narrativeTitles).flatMap(([key, title]) => {
    const text = report[key as keyof typeof narrativeTitles];
    return text ? [`### ${i18n._(title)}`, "", text, ""] : [];
  });
  return parts.length > 0 ? [`## ${t`Coach’s summary`}`, "", ...parts] : [];
}

function transcript({ turnNo, message, reply, feedback }: Turn, questions: AnsweredQuestion[]): string[] {
  const name = questions.find((one) => one.turnNo === turnNo)?.name;
  return [
    ...(message === null ? [] : [`**${t`You`}${name ? ` (${name})` : ""}:** ${message}`, ""]),
    ...(feedback?.status === "ready" ? [...feedbackLines(feedback).map((line) => `> ${line}`), ""] : []),
    ...(reply ? [`**${t`Interviewer`}:** ${reply.content}`, ""] : []),
  ];
}

function feedbackLines({ headline, feedback, checklist = [], stronger_answer }: FeedbackItem): string[] {
  const stronger = stronger_answer ? ["", `${t`A stronger version`}:`, "", ...stronger_answer.split("\n")] : [];
  return [
    ...(headline ? [`**${singleLine(headline)}**`, ""] : []),
    ...(feedback ? feedback.split("\n") : []),
    ...checklist.map(({ check, met, detail }) => `- ${mark(met)} ${checkName(check)}: ${singleLine(detail)}`),
    ...stronger,
  ];
}

export function reportToJson(session: Session, report: ReportResults, turns: Turn[]): string {
  const transcriptItems = turns.map(({ turnNo, message, reply, feedback }) => ({
    turn_no: turnNo,
    message,
    reply: reply?.content ?? null,
    feedback,
  }));
  return JSON.stringify(
    { session_config: session.session_config, created_at: session.created_at, report, transcript: transcriptItems },
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
