import type { Finding, ReviewResult } from "../../domain/review.ts";
import type { Gated, OutputGate } from "./output-gate.ts";

const titleCharactersMax = 200;
const bodyCharactersMax = 4000;
const explanationCharactersMax = 8000;
const sentenceCharactersMax = 600;
/** A plain program's answer is all in its explanation. */
const wordsCharactersMax = 40_000;

/**
 * Sends everything of a review that an agent may have had a hand in through the gate: what comes out may be posted, stored and shown. When one text holds a
 * secret, none of them goes out: the result then is inconclusive, with no finding and no word of the agent's. A second time changes nothing that a reader
 * sees.
 */
export function gateResult(
  result: ReviewResult,
  gate: OutputGate,
): { kind: "passed" | "blocked"; result: ReviewResult } {
  if (gate.holdsSecret(textsOf(result))) return { kind: "blocked", result: silenced(result) };
  const texts = collector();
  const longest = result.verdict === "no-verdict" ? wordsCharactersMax : explanationCharactersMax;
  const gated: ReviewResult = {
    ...result,
    because: texts.take(gate.line(result.because, sentenceCharactersMax)),
    explanation: texts.take(gate.markdown(result.explanation, longest)),
    findings: result.findings.map((finding) => gatedFinding(finding, gate, texts)),
    coverage: {
      ...result.coverage,
      filesSkipped: result.coverage.filesSkipped.map(({ path, reason }) => ({
        path,
        reason: texts.take(gate.line(reason, sentenceCharactersMax)),
      })),
    },
  };
  return texts.isBlocked() ? { kind: "blocked", result: silenced(result) } : { kind: "passed", result: gated };
}

/** Every text of it, also those that are posted as they are: paths, and the model's name. */
function textsOf({ because, explanation, findings, coverage, usage, agent }: ReviewResult): string[] {
  return [
    because,
    explanation,
    agent,
    usage.model ?? "",
    ...findings.flatMap(({ title, body, suggestion, path }) => [title, body, suggestion ?? "", path]),
    ...coverage.filesSkipped.flatMap(({ path, reason }) => [path, reason]),
  ];
}

type Collector = { take: (gated: Gated) => string; isBlocked: () => boolean };

function collector(): Collector {
  let isBlocked = false;
  return {
    take: (gated) => {
      if (gated.kind === "passed") return gated.text;
      isBlocked = true;
      return "";
    },
    isBlocked: () => isBlocked,
  };
}

/** A proposal is code that somebody applies with a click: it stays only when the gate has nothing to change in it. */
function gatedFinding(finding: Finding, gate: OutputGate, texts: Collector): Finding {
  const { title, body, suggestion } = finding;
  const code = suggestion === null ? null : texts.take(gate.code(suggestion, bodyCharactersMax));
  return {
    ...finding,
    title: texts.take(gate.line(title, titleCharactersMax)),
    body: texts.take(gate.markdown(body, bodyCharactersMax)),
    suggestion: code === suggestion ? suggestion : null,
  };
}

function silenced(result: ReviewResult): ReviewResult {
  return {
    ...result,
    verdict: "inconclusive",
    because: "The agent's answer held a secret of this service, or a part of one, and is not shown.",
    explanation: "",
    findings: [],
    coverage: { ...result.coverage, filesSkipped: [] },
    usage: { ...result.usage, model: null },
  };
}
