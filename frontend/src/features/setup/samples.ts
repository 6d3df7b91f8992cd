import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import { Handshake, HeartPulse, Rocket, Server, type LucideIcon } from "lucide-react";

import type { SessionConfig } from "@/api/types";
import { choiceName, styleNames } from "@/lib/config-names";
import { currentLanguage } from "@/lib/i18n/language";

import { minutesFor } from "./estimate";

export interface Sample {
  role: MessageDescriptor;
  about: MessageDescriptor;
  jobAd: MessageDescriptor;
  icon: LucideIcon;
  style: NonNullable<SessionConfig["style"]>;
  difficulty: NonNullable<SessionConfig["difficulty"]>;
}

const QUESTIONS = 5;

/** "Tough · 5 questions · about 10 min" */
export const sampleFacts = ({ style }: Sample): string =>
  [
    choiceName(styleNames, style),
    plural({ questions: QUESTIONS }, { one: "# question", other: "# questions" }),
    minutesFor(QUESTIONS, "short"),
  ].join(" · ");

/** In the language of the interface. */
export const sampleConfig = ({ role, jobAd, style, difficulty }: Sample): SessionConfig => ({
  job_role: i18n._(role),
  job_description: i18n._(jobAd),
  style,
  difficulty,
  target_question_count: QUESTIONS,
  language: currentLanguage(),
});

/** Interviews that start at one click. */
export const samples: Sample[] = [
  {
    role: msg`Backend engineer`,
    about: msg`Services, data and incidents`,
    jobAd: msg`You design and run services that millions of people depend on. You know at least one systems language, relational databases and queues, you measure before you change, and you take part in on-call.`,
    icon: Server,
    style: "technical",
    difficulty: "medium",
  },
  {
    role: msg`Product manager`,
    about: msg`Users, priorities and trade-offs`,
    jobAd: msg`You find out what users need, decide what to build next and why, and bring design, engineering and sales to one table. You have shipped products and can say what they changed.`,
    icon: Rocket,
    style: "formal",
    difficulty: "medium",
  },
  {
    role: msg`Nurse`,
    about: msg`Patients, teams and hard days`,
    jobAd: msg`You care for patients on a busy ward, document reliably, work hand in hand with doctors and relatives, and stay calm when several things happen at once.`,
    icon: HeartPulse,
    style: "casual",
    difficulty: "easy",
  },
  {
    role: msg`Sales representative`,
    about: msg`Targets, objections and closing`,
    jobAd: msg`You win new customers in a competitive market, know your numbers, handle objections with patience and keep promises after the contract is signed.`,
    icon: Handshake,
    style: "aggressive",
    difficulty: "hard",
  },
];
