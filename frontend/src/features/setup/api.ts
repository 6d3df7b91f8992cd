import { endpoint, send } from "@/api/client";
import { Problem } from "@/api/problem";
import type { ResumeText } from "@/api/types";

/** Returns the text of a résumé. The service keeps nothing of the file. */
export async function uploadResume(file: File): Promise<ResumeText> {
  const body = new FormData();
  body.append("file", file);
  const response = await send(endpoint("/files/upload_resume"), { method: "POST", body });
  if (!response.ok) throw await Problem.fromResponse(response);
  return (await response.json()) as ResumeText;
}
