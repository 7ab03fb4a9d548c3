/** Who is asked, by the path of the request. */
export type ModelProvider = "openai" | "anthropic";

/** A request that may go on to the model, in our own spelling; or why it may not. */
export type ModelRequestRead =
  | { kind: "allowed"; body: Uint8Array; model: string | null }
  | { kind: "refused"; because: string };

const paths = new Map<string, { provider: ModelProvider; method: "POST" | "GET" }>([
  ["/v1/responses", { provider: "openai", method: "POST" }],
  ["/v1/chat/completions", { provider: "openai", method: "POST" }],
  ["/v1/messages", { provider: "anthropic", method: "POST" }],
  ["/v1/messages?beta=true", { provider: "anthropic", method: "POST" }],
  ["/v1/messages/count_tokens", { provider: "anthropic", method: "POST" }],
  ["/v1/messages/count_tokens?beta=true", { provider: "anthropic", method: "POST" }],
]);

/** Compared as it was sent, byte for byte: whatever is spelt differently is another path, and there is no other. */
export function placeOfRequest(method: string, url: string): { provider: ModelProvider; path: string } | null {
  const place = paths.get(url);
  return place === undefined || place.method !== method ? null : { provider: place.provider, path: url };
}

/**
 * Reads a request's body and writes it anew, so that the model's provider reads what we have checked and nothing that could be read in two ways. A model can be asked
 * to have its provider fetch, search or run something, and that would be a way out of the sandbox: no tool may be one that the provider performs, and no content
 * may be an address.
 */
export function readModelRequest(bytes: Uint8Array): ModelRequestRead {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refused("The body is not JSON.");
  }
  if (!isObject(body)) return refused("The body is not a JSON object.");
  for (const name of fieldsRefused) {
    if (name in body && body[name] !== null && body[name] !== false && !isEmptyList(body[name]))
      return refused(`The field ${name} is not allowed here.`);
  }
  const wayOut = wayOutIn(body);
  if (wayOut !== null) return refused(wayOut);
  const model = typeof body["model"] === "string" ? body["model"] : null;
  return { kind: "allowed", body: Buffer.from(JSON.stringify(body)), model };
}

/** Servers, stored prompts, work that goes on without us, and machines of the provider's. */
const fieldsRefused = ["mcp_servers", "container", "background", "prompt", "conversation", "web_search_options"];

/** Performed by whoever asks, that is by the agent in its sandbox. */
const ownTools =
  /^(function|custom|local_shell|shell|apply_patch|namespace|tool_search|bash_\d{8}|text_editor_\d{8}|memory_\d{8})$/;

function toolRefused(tools: unknown): string | null {
  if (!Array.isArray(tools)) return null;
  for (const tool of tools) {
    const type: unknown = isObject(tool) ? tool["type"] : "";
    if (type !== undefined && !(typeof type === "string" && ownTools.test(type)))
      return typeof type === "string" ? type.slice(0, 60) : "without a name";
    if (isObject(tool) && Array.isArray(tool["tools"])) {
      const inner = toolRefused(tool["tools"]);
      if (inner !== null) return inner;
    }
    // A shell is a container of the provider's, unless it says that it is the caller's own.
    const place = isObject(tool) && isObject(tool["environment"]) ? tool["environment"]["type"] : null;
    if (place !== "local" && (place !== null || type === "shell")) return "shell in a container";
  }
  return null;
}

const depthMax = 200;

/**
 * A tool that the provider would perform, wherever it is offered; an image, file or document that is given by where it is. What a tool was called with is words to the
 * provider and not looked at.
 */
function wayOutIn(root: Record<string, unknown>): string | null {
  const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (depth > depthMax) return "The body is nested too deeply.";
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) waiting.push({ value: each, depth: depth + 1 });
      continue;
    }
    if (!isObject(value)) continue;
    for (const [name, held] of Object.entries(value)) {
      if ((name === "image_url" || name === "file_url") && !isInline(held))
        return `The field ${name} may only hold data.`;
      if (name === "tools" || name === "functions") {
        const tool = toolRefused(held);
        if (tool !== null) return `The tool type ${tool} is not allowed here: it would be performed outside.`;
      }
      if (name === "file_id" && typeof held === "string") return "A file of the provider's is not allowed here.";
      if (name === "server_url" || name === "connector_id") return `The field ${name} is not allowed here.`;
      if (name === "source" && isObject(held) && held["type"] === "url") return "A source may not be an address.";
      const isWords =
        (name === "input" && value["type"] === "tool_use") ||
        name === "input_schema" ||
        name === "parameters" ||
        name === "schema";
      if (!isWords) waiting.push({ value: held, depth: depth + 1 });
    }
  }
  return null;
}

function isInline(held: unknown): boolean {
  const address: unknown = isObject(held) ? held["url"] : held;
  return address === null || address === undefined || (typeof address === "string" && address.startsWith("data:"));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(because: string): ModelRequestRead {
  return { kind: "refused", because };
}
