import { useRef, useState, type DragEvent } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { uploadResume } from "@/features/setup/api";

interface Props {
  value: string;
  onChange: (text: string) => void;
}

/** A résumé, dropped, chosen or pasted. The text of a file can be checked and changed before it is sent. */
export function ResumeField({ value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isDragOver, setDragOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fileName, setFileName] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const upload = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setError(null);
    setFileName(null);
    try {
      const resume = await uploadResume(file);
      onChange(resume.resume_text);
      setFileName(resume.filename);
    } catch (failed) {
      setError(errorMessage(failed));
    } finally {
      setBusy(false);
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDragOver(false);
    void upload(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={`space-y-2 rounded-xl ${isDragOver ? "outline-2 outline-primary outline-dashed" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setDragOver(true);
      }}
      onDragLeave={() => setDragOver(false)}
      onDrop={onDrop}
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
        onChange={(event) => void upload(event.target.files?.[0])}
      />
      <Button variant="secondary" disabled={busy} onClick={() => input.current?.click()}>
        {busy ? "Reading…" : "Choose a file"}
      </Button>
      <p role="status" className="min-h-6 text-sm text-muted">
        {fileName ? `${fileName} was read: ${value.length.toLocaleString()} characters.` : ""}
      </p>
      {error ? <Notice kind="problem">{error}</Notice> : null}
    </div>
  );
}
