import { Handshake, HeartPulse, Rocket, Server, type LucideIcon } from "lucide-react";

import type { SessionConfig } from "@/api/types";
import { styleNames } from "@/lib/config-names";

import { minutesFor } from "./estimate";

export interface Sample {
  title: string;
  about: string;
  icon: LucideIcon;
  config: SessionConfig & Required<Pick<SessionConfig, "style" | "target_question_count">>;
}

/** "Tough · 5 questions · about 10 min" */
export const sampleFacts = ({ config: { style, target_question_count: count } }: Sample): string =>
  `${styleNames[style]} · ${count} questions · ${minutesFor(count)}`;

/** Interviews that start at one click. */
export const samples: Sample[] = [
  {
    title: "Backend engineer",
    about: "Services, data and incidents",
    icon: Server,
    config: {
      job_role: "Backend engineer",
      style: "technical",
      difficulty: "medium",
      target_question_count: 5,
      job_description:
        "You design and run services that millions of people depend on. You know at least one systems language, relational databases and queues, you measure before you change, and you take part in on-call.",
    },
  },
  {
    title: "Product manager",
    about: "Users, priorities and trade-offs",
    icon: Rocket,
    config: {
      job_role: "Product manager",
      style: "formal",
      difficulty: "medium",
      target_question_count: 5,
      job_description:
        "You find out what users need, decide what to build next and why, and bring design, engineering and sales to one table. You have shipped products and can say what they changed.",
    },
  },
  {
    title: "Nurse",
    about: "Patients, teams and hard days",
    icon: HeartPulse,
    config: {
      job_role: "Nurse",
      style: "casual",
      difficulty: "easy",
      target_question_count: 5,
      job_description:
        "You care for patients on a busy ward, document reliably, work hand in hand with doctors and relatives, and stay calm when several things happen at once.",
    },
  },
  {
    title: "Sales representative",
    about: "Targets, objections and closing",
    icon: Handshake,
    config: {
      job_role: "Sales representative",
      style: "aggressive",
      difficulty: "hard",
      target_question_count: 5,
      job_description:
        "You win new customers in a competitive market, know your numbers, handle objections with patience and keep promises after the contract is signed.",
    },
  },
];
