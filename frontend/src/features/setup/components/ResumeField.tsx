import { useRef, useState, type DragEvent } from "react";

import { detailOf } from "@/api/problem";
import { uploadResume } from "@/api/service";

import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

interface Props {
  value: string;
  onChange: (text: string) => void;
}

/** A résumé by drop, by choice or by paste; what was read of a file can be looked at and changed. */
export function ResumeField({ value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [read, setRead] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setError(null);
    setRead(null);
    try {
      const answer = await uploadResume(file);
      onChange(answer.resume_text);
      setRead(answer.filename);
    } catch (failed) {
      setError(detailOf(failed));
    } finally {
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={`space-y-2 rounded-xl ${over ? "outline-2 outline-primary outline-dashed" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <TextArea
        label="Résumé"
        name="resume_content"
        rows={6}
        maxLength={100_000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder="Paste the text, or drop a PDF, DOCX or text file here."
        hint="Only the text is used; the file is never stored. Look it over: what you remove, the interviewer never sees."
      />
      <input
        ref={input}
        type="file"
        accept=".pdf,.docx,.txt,.md"
        className="sr-only"
        aria-label="Résumé file"
        tabIndex={-1}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      <Button variant="secondary" disabled={busy} onClick={() => input.current?.click()}>
        {busy ? "Reading…" : "Choose a file"}
      </Button>
      <p role="status" className="min-h-6 text-sm text-muted">
        {read ? `${read} was read: ${value.length.toLocaleString()} characters.` : ""}
      </p>
      {error ? <Notice kind="problem">{error}</Notice> : null}
    </div>
  );
}
