import pg from "pg";
import { queueChannel } from "../command-claims.ts";

const heartbeatMs = 10_000;
const reconnectMs = 500;

/**
 * Calls `onChange` when another process announced something, and when the connection for that was broken and is there again: what was announced meanwhile
 * is lost. The connection is asked now and then whether it still stands, because a listener hears no difference between silence and a cut line.
 */
export async function watchQueueOnPostgres(url: string, onChange: () => void): Promise<{ close: () => Promise<void> }> {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let client: pg.Client | null = await listen();
  lookIn(client === null ? reconnectMs : heartbeatMs);
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await endQuietly(client);
    },
  };

  /** Null when nobody answers. */
  async function listen(): Promise<pg.Client | null> {
    const next = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
      keepAlive: true,
      application_name: "pullwright queue",
    });
    next.on("error", () => {});
    next.on("notification", onChange);
    try {
      await next.connect();
      await next.query(`listen ${queueChannel}`);
    } catch {
      await endQuietly(next);
      return null;
    }
    next.once("end", () => {
      if (client === next) lookIn(0);
    });
    return next;
  }

  function lookIn(ms: number): void {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void look(), ms);
  }

  async function look(): Promise<void> {
    if (client !== null && (await answers(client))) return lookIn(heartbeatMs);
    const broken = client;
    client = null;
    await endQuietly(broken);
    client = await listen();
    if (isClosed) return endQuietly(client);
    if (client !== null) onChange();
    lookIn(client === null ? reconnectMs : heartbeatMs);
  }
}

async function answers(client: pg.Client): Promise<boolean> {
  try {
    await client.query("select 1");
    return true;
  } catch {
    return false;
  }
}

async function endQuietly(client: pg.Client | null): Promise<void> {
  await client?.end().catch(() => undefined);
}
