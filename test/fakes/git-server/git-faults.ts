import type { ServerResponse } from "node:http";
import type { GitExchange } from "../../../src/demo/local-forge/git-http.ts";

/** What goes wrong, at which request, and how often. */
export type GitFault = {
  slug?: string;
  service?: "git-upload-pack" | "git-receive-pack";
  phase?: "advertise" | "talk";
  times?: number;
  what:
    | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
    /** The connection ends when so many bytes of the request have come. */
    | { kind: "cut-request"; afterBytes: number }
    /** The connection ends when so many bytes of the answer have gone: 0 is an effect without an answer. */
    | { kind: "cut-answer"; afterBytes: number }
    /** What was asked has been done, and the answer never comes; `whenHeld` hears of it. */
    | { kind: "hold-answer"; whenHeld: () => void }
    /** A byte now and then. */
    | { kind: "stall" }
    /** What the server says goes through this. */
    | { kind: "rewrite"; bytes: (answer: Buffer) => Buffer };
};

export type GitFaults = {
  add: (fault: GitFault) => void;
  clear: () => void;
  answerInstead: (exchange: GitExchange, response: ServerResponse) => boolean;
  onRequestBytes: (exchange: GitExchange, bytes: Buffer) => void;
  onResponseBytes: (
    exchange: GitExchange,
    bytes: Buffer,
    response: ServerResponse,
  ) => Promise<Buffer | null> | Buffer | null;
  onEnd: (exchange: GitExchange) => void | Promise<void>;
};

export function createFaults(): GitFaults {
  let waiting: (GitFault & { times: number })[] = [];
  const met = new WeakMap<
    GitExchange,
    { what: GitFault["what"]; bytesIn: number; bytesOut: number; response: ServerResponse }
  >();

  return {
    add: (fault) => void waiting.push({ times: 1, ...fault }),
    clear: () => {
      waiting = [];
    },
    answerInstead: (exchange, response) => {
      const fault = waiting.find((one) => fits(one, exchange));
      if (fault === undefined) return false;
      fault.times -= 1;
      waiting = waiting.filter(({ times }) => times > 0);
      met.set(exchange, { what: fault.what, bytesIn: 0, bytesOut: 0, response });
      switch (fault.what.kind) {
        case "status":
          response.writeHead(fault.what.status, fault.what.headers ?? {}).end(fault.what.body ?? "");
          return true;
        case "cut-request":
          if (fault.what.afterBytes > 0) return false;
          response.destroy();
          return true;
        case "stall":
          stall(response);
          return true;
        case "cut-answer":
        case "hold-answer":
        case "rewrite":
          return false;
      }
    },
    onRequestBytes: (exchange, bytes) => {
      const state = met.get(exchange);
      if (state?.what.kind !== "cut-request") return;
      state.bytesIn += bytes.length;
      if (state.bytesIn >= state.what.afterBytes) {
        state.response.destroy();
        throw new Error("The connection was cut");
      }
    },
    onResponseBytes: (exchange, bytes, response) => {
      const state = met.get(exchange);
      if (state === undefined) return bytes;
      switch (state.what.kind) {
        case "rewrite":
          return state.what.bytes(bytes);
        case "cut-answer": {
          const passed = bytes.subarray(0, state.what.afterBytes - state.bytesOut);
          state.bytesOut += passed.length;
          if (passed.length === bytes.length) return bytes;
          // git goes on at the server: the effect happens, only nobody hears of it.
          if (passed.length > 0) response.write(passed);
          return null;
        }
        case "hold-answer":
          return null;
        case "status":
        case "cut-request":
        case "stall":
          return bytes;
      }
    },
    onEnd: async (exchange) => {
      const state = met.get(exchange);
      if (state?.what.kind === "hold-answer") {
        state.what.whenHeld();
        await new Promise<void>((resolve) => state.response.once("close", resolve));
      }
      if (state?.what.kind === "cut-answer") state.response.destroy();
    },
  };
}

function fits({ slug, service, phase }: GitFault, exchange: GitExchange): boolean {
  return (
    (slug === undefined || slug === exchange.slug) &&
    (service === undefined || service === exchange.service) &&
    (phase === undefined || phase === exchange.phase)
  );
}

function stall(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
  const timer = setInterval(() => response.write("0"), 1000);
  response.once("close", () => clearInterval(timer));
}
