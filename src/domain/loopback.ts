/** Names this machine: the one place to which plain http is good enough. `host` may have a port, and brackets as in a URL. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i.test(host) || host === "::1";
}
