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
  /** `en` or `ar`. */
  language = "en";

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
    for (const word of completion(purpose, messages, WORDS[this.language]).split(/(?<= )/)) {
      send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] });
      if (this.wordDelay) await new Promise((resolve) => setTimeout(resolve, this.wordDelay));
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } });
    response.end("data: [DONE]\n\n");
  }
}

/** What it says, by language. */
const WORDS = {
  en: {
    greeting: "Hello and welcome. What have you built that you are proud of?",
    closing: "Thank you for your time. Your feedback follows.",
    reason: "It says so.",
    headline: "A clear start without a result.",
    worked: "You say what you did yourself, and when.",
    change: "Name the result.",
    addition: "That saved us [how much?].",
    verdict: "You are clear, and you leave out results.",
    actions: ["Write down one result for each story.", "Say what you did yourself.", "Practise aloud."],
    patterns: "You begin with the problem and stop before the end.",
    strengths: "You often tell what you did, with dates and names.",
    weaknesses: "How it ended is missing from most of your stories.",
    focus: "End each story with what changed and for whom.",
  },
  ar: {
    greeting: "مرحبًا بك. ما الشيء الذي بنيته وتفخر به؟",
    closing: "شكرًا على وقتك. ستصلك الملاحظات الآن.",
    reason: "هذا ما ورد في الإجابة.",
    headline: "بداية واضحة تنقصها النتيجة.",
    worked: "تقول ما فعلته بنفسك ومتى فعلته.",
    change: "اذكر النتيجة.",
    addition: "وقد وفّر لنا ذلك [كم؟].",
    verdict: "كلامك واضح، لكنك لا تذكر النتائج.",
    actions: ["اكتب نتيجة واحدة لكل قصة.", "قل ما فعلته بنفسك.", "تدرّب بصوت عالٍ."],
    patterns: "تبدأ بالمشكلة وتتوقف قبل النهاية.",
    strengths: "تذكر كثيرًا ما فعلته، مع التواريخ والأسماء.",
    weaknesses: "تغيب النهاية عن معظم قصصك.",
    focus: "اختم كل قصة بما تغيّر ولمن.",
  },
};

export const QUESTION =
  "That is a bold step to take. I would like to hear more about it, from the first measurement to the last. Who was against it, and why? How did you find out that they were wrong, and what would you do differently today?";

const ARABIC_QUESTION =
  "هذه خطوة جريئة. أود أن أعرف المزيد عنها، من أول قياس إلى آخره. من عارضها ولماذا؟ وماذا كنت ستفعل اليوم بشكل مختلف؟";

/** What is asked for, by what the prompt says: after a refusal, the service asks without a schema. */
function purposeOf(prompt) {
  if (prompt.includes('"action" is one of')) return "decision";
  if (prompt.includes('"answers_the_question"')) return "feedback";
  return prompt.includes('"patterns_tendencies"') ? "report" : "line";
}

function completion(purpose, messages, words) {
  const prompt = messages.map(({ content }) => content).join("\n");
  // A longer answer is a better one.
  const scoreWith = (quote, answer) => ({
    quotes: [quote],
    reason: words.reason,
    score: answer.split(" ").length > 30 ? 4 : 3,
  });
  switch (purpose) {
    case "line":
      return prompt.includes("Close it") ? words.closing : words.greeting;
    case "decision":
      return JSON.stringify({
        action: "new_question",
        line: words === WORDS.ar ? ARABIC_QUESTION : QUESTION,
        topic: "decisions",
      });
    case "feedback": {
      // A list of segments where some of them address the grader.
      const { answer } = JSON.parse(messages.at(-1).content.split("\n")[0]);
      const said = [answer].flat().find((segment) => typeof segment === "string") ?? "";
      const score = scoreWith(said.split(" ").slice(0, 4).join(" "), said);
      return JSON.stringify({
        question_kind: "behavioral",
        answers_the_question: true,
        scores: { structure: score, specificity: score, relevance: score, depth: score, communication: score },
        headline: words.headline,
        summary: words.worked,
        worked: [words.worked],
        to_change: [words.change],
        stronger_answer: `${said} ${words.addition}`,
      });
    }
    default: {
      return JSON.stringify({
        verdict: words.verdict,
        actions: words.actions,
        requirements: [],
        patterns_tendencies: words.patterns,
        strengths: words.strengths,
        weaknesses: words.weaknesses,
        improvement_focus_areas: words.focus,
      });
    }
  }
}
