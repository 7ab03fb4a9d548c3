/** Which Host headers this service answers, and so which Origins are its own. */
export type AllowedHosts = {
  allowsHost: (host: string | undefined) => boolean;
  allowsOrigin: (origin: string | undefined) => boolean;
};

const hostPattern = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/**
 * A page of another site that resolves its own name to this address (DNS rebinding, CVE-2025-66414) still sends its own name as Host. Loopback
 * names hold for the port that is listened on; a configured name holds for every port unless it says one.
 */
export function createAllowedHosts(port: () => number, configured: string[], baseUrl: string | null): AllowedHosts {
  const names = [...configured, ...(baseUrl === null ? [] : [new URL(baseUrl).host])].map((name) => name.toLowerCase());
  const allowsHost = (host: string | undefined): boolean => {
    const match = host === undefined ? null : hostPattern.exec(host.toLowerCase());
    if (match === null) return false;
    const [, name = "", hostPort] = match;
    if (hostPort !== undefined && Number(hostPort) > 65535) return false;
    if (["127.0.0.1", "localhost", "[::1]"].includes(name)) return Number(hostPort ?? 80) === port();
    return names.includes(name) || (hostPort !== undefined && names.includes(`${name}:${hostPort}`));
  };
  return {
    allowsHost,
    // No Origin: not sent by a page's script, or a plain navigation.
    allowsOrigin: (origin) =>
      origin === undefined || (/^https?:\/\//.test(origin) && allowsHost(origin.replace(/^https?:\/\//, ""))),
  };
}
