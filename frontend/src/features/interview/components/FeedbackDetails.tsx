import { plural, t } from "@lingui/core/macro";
import { Lightbulb, ThumbsUp, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { formatNumber, scoreOutOfFive } from "@/lib/i18n/format";
import { quoted } from "@/lib/quoted";
import type { Check, Delivery, FeedbackItem, Score } from "@/api/types";
import { CheckMark } from "@/components/ui/check-mark";
import { checkName } from "@/lib/check-name";
import { dimensionName } from "@/lib/dimension-name";

/** What is read first, also of coaches that write none. */
export function headlineOf({ headline: written, worked, to_change }: FeedbackItem): string {
  return written || worked[0] || to_change[0] || t`See what the coach says`;
}

/** What the coach says of an answer: first the one thing to keep and the one to change, the rest folded. */
export function FeedbackDetails({ item, headline }: { item: FeedbackItem; headline: string }) {
  const { scores, checklist = [], worked, to_change, stronger_answer, delivery, set_aside = [] } = item;
  // Coaches that write no headline lend it one of their points.
  const [strength, change] = [worked[0], to_change[0]].map((point) => (point === headline ? undefined : point));
  const isEmpty = scores.length + checklist.length + worked.length + to_change.length === 0;
  return (
    <div className="space-y-3 px-4 pb-4">
      {isEmpty && item.feedback ? <p dir="auto">{item.feedback}</p> : null}
      {scores.length > 0 ? <ScoreChips scores={scores} /> : null}
      {strength ? (
        <Point icon={ThumbsUp} title={t`What worked`}>
          {strength}
        </Point>
      ) : null}
      {change ? (
        <Point icon={Lightbulb} title={t`What to change`}>
          {change}
        </Point>
      ) : null}
      {checklist.length > 0 ? <Checklist checks={checklist} /> : null}
      {stronger_answer ? (
        <div className="space-y-1">
          <p className="font-semibold">{t`A stronger version`}</p>
          <p dir="auto" className="border-s-4 border-primary ps-3 whitespace-pre-wrap">
            <WithGaps text={stronger_answer} />
          </p>
        </div>
      ) : null}
      {delivery ? <p className="text-muted">{deliveryText(delivery)}</p> : null}
      {set_aside.length > 0 ? (
        <div className="space-y-1 text-muted">
          <p>{t`Not judged, because it isn’t part of an answer:`}</p>
          <Quotes quotes={set_aside} />
        </div>
      ) : null}
      <More item={item} />
    </div>
  );
}

function Point({ icon: Icon, title: label, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <div className="flex gap-2">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-primary" />
      <p>
        <span className="font-semibold">{t`${label}:`} </span>
        <bdi>{children}</bdi>
      </p>
    </div>
  );
}

function ScoreChips({ scores }: { scores: Score[] }) {
  return (
    <ul aria-label={t`Scores`} className="flex flex-wrap gap-1.5">
      {scores.map(({ dimension, score }) => (
        <li key={dimension} className="rounded-full border px-2.5 py-0.5">
          {dimensionName(dimension)}{" "}
          {typeof score === "number" ? <strong>{scoreOutOfFive(score)}</strong> : t`not judged`}
        </li>
      ))}
    </ul>
  );
}

/**
 * What can be seen in an answer: first what is missing and why, then what is there. Its sentences, and what could not be
 * checked, are one tap away.
 */
function Checklist({ checks }: { checks: Check[] }) {
  const met = checks.filter((check) => check.met === true);
  const missing = checks.filter((check) => check.met === false);
  if (met.length + missing.length === 0) return null;
  const unmissed = checks.filter((check) => check.met !== false);
  return (
    <div className="space-y-2">
      <CheckList label={t`To improve`} checks={missing} />
      {unmissed.length > 0 ? (
        <>
          {met.length > 0 ? (
            <ul aria-label={t`What you did well`} className="flex flex-wrap gap-x-3 gap-y-1">
              {met.map(({ check }) => (
                <li key={check} className="flex items-center gap-1">
                  <CheckMark met />
                  {checkName(check)}
                </li>
              ))}
            </ul>
          ) : null}
          <details>
            <summary className="min-h-6 cursor-pointer font-semibold">{t`See the sentences`}</summary>
            <div className="mt-2">
              <CheckList label={t`The sentences this is based on`} checks={unmissed} />
            </div>
          </details>
        </>
      ) : null}
    </div>
  );
}

/** Each check with what was seen and the sentences it rests on. */
function CheckList({ label, checks }: { label: string; checks: Check[] }) {
  if (checks.length === 0) return null;
  return (
    <ul aria-label={label} className="space-y-2">
      {checks.map(({ check, met, detail, evidence = [] }) => (
        <li key={check} className="flex gap-2">
          <CheckMark met={met} />
          <div className="min-w-0 space-y-1">
            <p>
              <span className="font-semibold">{checkName(check)}.</span> <bdi>{detail}</bdi>
            </p>
            <Quotes quotes={evidence.map(({ quote }) => quote)} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Quotes({ quotes }: { quotes: string[] }) {
  return quotes.map((quote) => (
    <blockquote key={quote} dir="auto" className="border-s-4 border-border ps-3">
      {quoted(quote)}
    </blockquote>
  ));
}

/** Placeholders such as `[how many?]` stand where only the candidate knows the fact. */
function WithGaps({ text }: { text: string }) {
  return text.split(/(\[[^\]\n]{1,80}\])/).map((part, index) =>
    index % 2 === 1 ? (
      <mark key={index} className="rounded bg-accent px-1 text-accent-foreground">
        {part}
      </mark>
    ) : (
      part
    ),
  );
}

export function deliveryText({ words, words_from, words_to, fillers, repeated_starts, spoken }: Delivery): string {
  const from = formatNumber(words_from);
  const to = formatNumber(words_to);
  return [
    plural(words, {
      one: `# word (${from}–${to} is typical)`,
      other: `# words (${from}–${to} is typical)`,
    }),
    plural(fillers, { one: "# filler word", other: "# filler words" }),
    ...(repeated_starts > 0 ? [plural(repeated_starts, { one: "# false start", other: "# false starts" })] : []),
    ...(spoken ? spokenTexts(spoken) : []),
  ].join(" · ");
}

function spokenTexts(spoken: NonNullable<Delivery["spoken"]>): string[] {
  const { words_per_minute, words_per_minute_from, words_per_minute_to, pauses, longest_pause_seconds } = spoken;
  const texts = [];
  if (words_per_minute != null) {
    const pace = formatNumber(words_per_minute);
    const from = formatNumber(words_per_minute_from);
    const to = formatNumber(words_per_minute_to);
    texts.push(t`${pace} words per minute (${from}–${to} is typical)`);
  }
  if (pauses > 0) {
    const longest = formatNumber(Math.round(longest_pause_seconds));
    texts.push(plural(pauses, { one: `# pause (${longest} s)`, other: `# pauses (longest: ${longest} s)` }));
  }
  return texts;
}

/** Further points, and why each score was given. */
function More({ item: { worked, to_change, scores } }: { item: FeedbackItem }) {
  const points = [...worked.slice(1), ...to_change.slice(1)];
  if (points.length + scores.length === 0) return null;
  return (
    <details>
      <summary className="min-h-6 cursor-pointer font-semibold">
        {scores.length > 0 ? t`Why these scores` : t`More`}
      </summary>
      <ul className="mt-2 space-y-2">
        {points.map((point) => (
          <li key={point} dir="auto">
            {point}
          </li>
        ))}
        {scores.map(({ dimension, reason, evidence }) => (
          <li key={dimension} className="space-y-1">
            <p>
              <span className="font-semibold">{t`${{ label: dimensionName(dimension) }}:`}</span> <bdi>{reason}</bdi>
            </p>
            <Quotes quotes={evidence.map(({ quote }) => quote)} />
          </li>
        ))}
      </ul>
    </details>
  );
}
