import { memo } from "react";

/** Blocks between lines of three backticks, and words between single ones. */
const CODE = /```[^\S\n]*[\w+#-]*\n([\s\S]*?)(?:```|$)|`([^`\n]+)`/g;

/** The text of a message with its code in monospace. Nothing else of Markdown is interpreted. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(CODE)) {
    const [whole, block, inline] = match;
    parts.push(text.slice(end, match.index));
    parts.push(
      block === undefined ? (
        <code key={match.index} className="rounded bg-border/60 px-1 font-mono text-[0.9em]">
          {inline}
        </code>
      ) : (
        <code
          key={match.index}
          className="my-1 block overflow-x-auto rounded-lg border bg-background p-3 font-mono text-sm whitespace-pre text-foreground"
        >
          {block.replace(/\n$/, "")}
        </code>
      ),
    );
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
});
