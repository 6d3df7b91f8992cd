import type { ReactNode } from "react";

import { useDocumentTitle } from "@/hooks/useDocumentTitle";

/** Where words, sound and the CV go, and who reads them. */
export function Privacy() {
  useDocumentTitle("Privacy");
  return (
    <div className="max-w-2xl space-y-6">
      <h1>Privacy</h1>
      <Topic title="Your interviews">
        <p>
          Your answers, the job ad, the text of your CV and your reports are stored in this service’s database. Without
          an account, only someone with the interview’s link can open it, and this browser keeps that link. With an
          account, only you can. Delete any interview in History, or everything at once in your account.
        </p>
      </Topic>
      <Topic title="Who asks and who judges">
        <p>
          The top of each interview says who is there. In practice mode there is no AI: questions come from a prepared
          list, and nothing you say leaves this service. Otherwise the AI model named there reads the job ad, your CV
          and your answers, and its provider’s terms apply.
        </p>
        <p>
          A coach reads words. It can’t see you, hear your tone or check whether something is true, so treat its scores
          as practice, not as a verdict on you.
        </p>
      </Topic>
      <Topic title="Your CV">
        <p>We read the text out of the file you upload and forget the file. What you delete from the text is gone.</p>
      </Topic>
      <Topic title="Your voice">
        <p>
          When you speak, the sound goes to this service’s speech provider. If the service has none, your browser turns
          speech into text: Chrome and Edge send the sound to Google or Microsoft for this. Sound isn’t stored, only the
          text. When questions are read aloud, the question’s text goes to the speech provider or to your browser’s
          voice. The microphone test stays in your browser.
        </p>
      </Topic>
      <Topic title="Reading tips">
        <p>
          To find what to read next, the service may search the web for your role and a topic to work on, never for your
          answers.
        </p>
      </Topic>
      <Topic title="In this browser">
        <p>
          Drafts, settings and the links to your interviews are kept in this browser’s storage. Signing out removes
          drafts. There are no advertising or tracking cookies.
        </p>
      </Topic>
    </div>
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
