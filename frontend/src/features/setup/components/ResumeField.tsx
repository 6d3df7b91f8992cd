import { plural, t } from "@lingui/core/macro";
import { useRef, useState, type DragEvent } from "react";

import { errorMessage } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { uploadResume } from "@/features/setup/api";

interface Props {
  value: string;
  onChange: (text: string) => void;
  /** Why this text can't be sent. */
  error?: string | undefined;
}

/** A CV, dropped, chosen or pasted. The text of a file can be checked and changed before it is sent. */
export function ResumeField({ value, onChange, error: tooLong }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isDragOver, setDragOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<{ name: string; isCut: boolean } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const upload = async (chosen: File | undefined) => {
    if (!chosen) return;
    setBusy(true);
    setError(null);
    setFile(null);
    try {
      const resume = await uploadResume(chosen);
      onChange(resume.resume_text);
      setFile({ name: resume.filename, isCut: resume.truncated });
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
        label={t`CV or résumé (optional)`}
        name="resume_content"
        dir="auto"
        value={value}
        error={tooLong}
        onChange={(event) => onChange(event.target.value)}
        placeholder={t`Paste your CV, or drop a file here: PDF, Word (DOCX), ODT, RTF, HTML or text.`}
        hint={t`We keep only the text, not the file. Check it, and delete anything you don’t want the interviewer to see.`}
      />
      <input
        ref={input}
        type="file"
        accept=".pdf,.docx,.odt,.rtf,.html,.htm,.txt,.md"
        className="sr-only"
        aria-label={t`CV file`}
        tabIndex={-1}
        onChange={(event) => void upload(event.target.files?.[0])}
      />
      <Button variant="secondary" disabled={busy} onClick={() => input.current?.click()}>
        {busy ? t`Reading file…` : t`Choose file`}
      </Button>
      <p role="status" className="min-h-6 text-sm text-muted">
        {file ? readNotice(file.name, value.length, file.isCut) : ""}
      </p>
      {error ? <Notice kind="problem">{error}</Notice> : null}
    </div>
  );
}

function readNotice(fileName: string, length: number, isCut: boolean): string {
  const characters = plural(length, { one: "# character", other: "# characters" });
  return isCut ? t`Only a part of ${fileName} was read: ${characters}.` : t`${fileName}: ${characters} read.`;
}
