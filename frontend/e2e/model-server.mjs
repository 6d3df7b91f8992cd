// A stand-in for a language model's API, in the format of OpenAI's streamed chat completions. It answers word by word
// and fails where a test wants it to.
import { once } from "node:events";
import { createServer } from "node:http";

export class ModelServer {
  /** Purposes of requests that are refused: `line`, `decision`, `feedback`, `report`. */
  failing = new Set();
  /** Status and error of the refusals. */
  refusal = { status: 400, error: { message: "refused by the test", type: "invalid_request_error" } };
  /** Requests so far: each would cost money. */
  requests = 0;
  /** Milliseconds between two words. */
  wordDelay = 0;

  static async start() {
    const model = new ModelServer();
    model.server = createServer((request, response) => void model.answer(request, response));
    model.server.listen(0, "127.0.0.1");
    await once(model.server, "listening");
    model.url = `http://127.0.0.1:${model.server.address().port}/v1`;
    return model;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async answer(request, response) {
    let text = "";
    for await (const chunk of request) text += chunk;
    // Questions about the server itself cost nothing.
    if (request.method !== "POST" || !text) {
      response.writeHead(404).end();
      return;
    }
    this.requests += 1;
    const { messages } = JSON.parse(text);
    const purpose = purposeOf(messages.map(({ content }) => content).join("\n"));
    if (this.failing.has(purpose)) {
      response.writeHead(this.refusal.status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: this.refusal.error }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (event) => response.write(`data: ${JSON.stringify(event)}\n\n`);
    for (const word of completion(purpose, messages).split(/(?<= )/)) {
      send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] });
      if (this.wordDelay) await new Promise((resolve) => setTimeout(resolve, this.wordDelay));
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
    response.end("data: [DONE]\n\n");
  }
}

export const QUESTION =
  "That is a bold step to take. I would like to hear more about it, from the first measurement to the last. Who was against it, and why? How did you find out that they were wrong, and what would you do differently today?";

/** What is asked for, by what the prompt says: after a refusal, the service asks without a schema. */
function purposeOf(prompt) {
  if (prompt.includes('"action" is one of')) return "decision";
  if (prompt.includes('"answers_the_question"')) return "feedback";
  return prompt.includes('"patterns_tendencies"') ? "report" : "line";
}

function completion(purpose, messages) {
  const prompt = messages.map(({ content }) => content).join("\n");
  // A longer answer is a better one.
  const scoreWith = (quote, answer) => ({
    quotes: [quote],
    reason: "It says so.",
    score: answer.split(" ").length > 30 ? 4 : 3,
  });
  switch (purpose) {
    case "line":
      return prompt.includes("Close it")
        ? "Thank you for your time. Your feedback follows."
        : "Hello and welcome. What have you built that you are proud of?";
    case "decision":
      return JSON.stringify({ action: "new_question", line: QUESTION, topic: "decisions" });
    case "feedback": {
      // A list of segments where some of them address the grader.
      const { answer } = JSON.parse(messages.at(-1).content.split("\n")[0]);
      const said = [answer].flat().find((segment) => typeof segment === "string") ?? "";
      const score = scoreWith(said.split(" ").slice(0, 4).join(" "), said);
      return JSON.stringify({
        question_kind: "behavioral",
        answers_the_question: true,
        scores: { structure: score, specificity: score, relevance: score, depth: score, communication: score },
        headline: "A clear start without a result.",
        summary: "You tell what you did.",
        worked: ["You answered."],
        to_change: ["Name the result."],
        stronger_answer: `${said} That saved us [how much?].`,
      });
    }
    default: {
      const text = "You often tell what you did.";
      return JSON.stringify({
        verdict: "You are clear, and you leave out results.",
        actions: ["Write down one result for each story.", "Say what you did yourself.", "Practise aloud."],
        requirements: [],
        patterns_tendencies: text,
        strengths: text,
        weaknesses: text,
        improvement_focus_areas: text,
      });
    }
  }
}
