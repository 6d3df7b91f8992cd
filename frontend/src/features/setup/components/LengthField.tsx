import { t } from "@lingui/core/macro";
import { useState } from "react";

import { TextField } from "@/components/ui/field";
import { clampCount, MAX_MINUTES, MAX_QUESTIONS, numberWanted } from "@/features/setup/draft";
import { minutesFor, questionsFor } from "@/features/setup/estimate";

import type { FieldsProps } from "./JobFields";

/** How long the interview is, in questions or in minutes, and what that means in the other one. */
export function LengthField({ draft, onChange, errorOf }: FieldsProps) {
  const questions = Number(draft.questions);
  const minutes = Number(draft.minutes);
  return draft.length === "questions" ? (
    <CountField
      key="questions"
      label={t`Number of questions`}
      name="target_question_count"
      max={MAX_QUESTIONS}
      value={draft.questions}
      error={errorOf("target_question_count")}
      hint={questions > 0 ? t`That takes ${{ time: minutesFor(questions, "long") }}.` : ""}
      onChange={(value) => onChange({ questions: value })}
    />
  ) : (
    <CountField
      key="minutes"
      label={t`Minutes`}
      name="interview_duration_minutes"
      max={MAX_MINUTES}
      value={draft.minutes}
      error={errorOf("interview_duration_minutes")}
      hint={[
        minutes > 0 ? t`Time for ${{ questions: questionsFor(minutes) }}.` : "",
        t`The clock keeps running if you leave the page.`,
      ].join(" ")}
      onChange={(value) => onChange({ minutes: value })}
    />
  );
}

interface CountFieldProps {
  label: string;
  name: string;
  max: number;
  value: string;
  error: string | undefined;
  hint: string;
  onChange: (value: string) => void;
}

/** A number that can be cleared and typed. What can't be is changed to the nearest that can when the field is left. */
function CountField({ value, max, hint, onChange, ...field }: CountFieldProps) {
  const [isClamped, setClamped] = useState(false);
  const leave = () => {
    const clamped = clampCount(value, max);
    if (clamped === value) return;
    setClamped(true);
    onChange(clamped);
  };
  return (
    <TextField
      {...field}
      type="number"
      inputMode="numeric"
      min={1}
      max={max}
      required
      value={value}
      hint={
        <>
          {hint} <span role="status">{isClamped ? numberWanted(max) : ""}</span>
        </>
      }
      onChange={(event) => {
        setClamped(false);
        onChange(event.target.value);
      }}
      onBlur={leave}
    />
  );
}
