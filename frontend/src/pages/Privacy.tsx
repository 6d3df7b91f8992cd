import { msg, t } from "@lingui/core/macro";
import { i18n, type MessageDescriptor } from "@lingui/core";
import type { ReactNode } from "react";

import type { Capabilities } from "@/api/types";
import { useCapabilities } from "@/auth/useCapabilities";
import { useDocumentTitle } from "@/hooks/useDocumentTitle";

/** Where words, sound and the CV go, and who reads them. */
export function Privacy() {
  useDocumentTitle(t`Privacy`);
  const { capabilities, isPractice, signInBrings } = useCapabilities();
  return (
    <div className="max-w-2xl space-y-6">
      <h1>{t`Privacy`}</h1>
      <Topic title={t`Your interviews`}>
        <p>
          {t`Your answers, the job ad, the text of your CV and your reports are stored in this service’s database. Without an account, only someone with the interview’s link can open it, and this browser keeps that link. With an account, only you can. Delete any interview in History, or everything at once in your account.`}
        </p>
      </Topic>
      <Topic title={t`Who asks and who judges`}>
        <p>
          {t`Each interview says at the top who asks the questions. In practice mode there is no AI: questions come from a prepared list, and nothing you say leaves this service. Otherwise the AI model named there reads the job ad, your CV and your answers, and its provider’s terms apply.`}
        </p>
        {capabilities ? (
          <p>
            {!isPractice
              ? t`Right now it’s ${{ model: capabilities.interviewer }}.`
              : signInBrings.models
                ? t`Without an account, you’re in practice mode here.`
                : t`This service is in practice mode.`}
          </p>
        ) : null}
        <p>
          {t`The coach reads your words. It can’t see you, hear your tone or check facts. Treat its scores as practice, not as a verdict on you.`}
        </p>
      </Topic>
      <Topic title={t`Your CV`}>
        <p>{t`We read the text of the file you upload and don’t keep the file. What you delete from the text is gone.`}</p>
      </Topic>
      <Topic title={t`Your voice`}>
        <p>
          {t`When you speak, the sound goes to this service’s speech provider. If the service has none, your browser turns speech into text: Chrome and Edge send the sound to Google or Microsoft for this. The sound isn’t stored: only the text, and how long you spoke and paused. When questions are read aloud, the question’s text goes to the speech provider or to your browser’s voice. The microphone test stays in your browser.`}
        </p>
        {signInBrings.speech ? (
          <p>{t`Without an account, only your browser’s own voice and speech recognition are used here.`}</p>
        ) : null}
      </Topic>
      <Topic title={t`Reading tips`}>
        <p>
          {t`To find what to read next, the service may search the web for your role and a topic to work on, never for your answers.`}
        </p>
      </Topic>
      {capabilities ? <Processors processors={capabilities.processors} /> : null}
      <Topic title={t`In this browser`}>
        <p>
          {t`Drafts, settings and the links to your interviews are kept in this browser’s storage. Signing out removes drafts. There are no advertising or tracking cookies.`}
        </p>
      </Topic>
    </div>
  );
}

const purposes: Record<string, MessageDescriptor> = {
  interview: msg`Job ad, CV and answers`,
  text_to_speech: msg`The interviewer’s questions, to read them aloud`,
  speech_to_text: msg`Your voice, to turn it into text`,
  web_search: msg`Your role and topics to work on`,
};

/** What leaves this service, as it is set up. */
function Processors({ processors }: { processors: Capabilities["processors"] }) {
  return (
    <Topic title={t`Who else gets your data`}>
      {processors.length === 0 ? <p>{t`Nobody. Nothing from your interviews leaves this service.`}</p> : null}
      <ul className="list-disc space-y-1 ps-5">
        {processors.map(({ purpose, host }) => {
          const what = purposes[purpose] ? i18n._(purposes[purpose]) : purpose;
          const who = host ?? t`a server of whoever runs this service`;
          return <li key={purpose}>{t`${what}: ${who}`}</li>;
        })}
      </ul>
    </Topic>
  );
}

function Topic({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-2">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
