import pg from "pg";
import { queueChannel } from "../command-claims.ts";

const heartbeatMs = 10_000;
const reconnectMs = 1000;

/**
 * Calls `onChange` when another process announced something, and when the connection for that was broken and is there again: what was announced meanwhile
 * is lost. The connection is asked now and then whether it still stands, because a listener hears no difference between silence and a cut line.
 */
export async function watchQueueOnPostgres(url: string, onChange: () => void): Promise<{ close: () => Promise<void> }> {
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let client = await listen();
  keepListening();
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };

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
      return next;
    } catch {
      await next.end().catch(() => undefined);
      return null;
    }
  }

  function keepListening(): void {
    if (isClosed) return;
    timer = setTimeout(() => void lookAfter().then(keepListening), client === null ? reconnectMs : heartbeatMs);
  }

  async function lookAfter(): Promise<void> {
    if (client !== null && (await isThere(client))) return;
    await client?.end().catch(() => undefined);
    client = await listen();
    if (isClosed) await client?.end().catch(() => undefined);
    else if (client !== null) onChange();
  }
}

async function isThere(client: pg.Client): Promise<boolean> {
  try {
    await client.query("select 1");
    return true;
  } catch {
    return false;
  }
}
