import {
  clear,
  type CredentialStanding,
  type CredentialStandings,
  endWriteTurn,
  forbid,
  freshStanding,
  pause,
  takeWriteTurn,
} from "../domain/credential-standing.ts";

/**
 * Where credentials stand, kept in memory: for tests, and for a command that makes a call or two and ends. What runs for long keeps it in the store
 * (`CredentialStandings` in domain/credential-standing.ts is the contract of both), so that a restart does not forget what the forge asked for.
 */
export function createCredentialStandings(): CredentialStandings {
  const standings = new Map<string, CredentialStanding>();
  const standingOf = (fingerprint: string): CredentialStanding => standings.get(fingerprint) ?? freshStanding;
  return {
    read: async (fingerprint) => standingOf(fingerprint),
    forbidUntil: async (fingerprint, window) => {
      standings.set(fingerprint, forbid(standingOf(fingerprint), window));
    },
    pause: async (fingerprint, wait) => {
      standings.set(fingerprint, pause(standingOf(fingerprint), wait));
    },
    clear: async (fingerprint) => {
      standings.set(fingerprint, clear(standingOf(fingerprint)));
    },
    takeWriteTurn: async (fingerprint, now, limits) => {
      const { standing, answer } = takeWriteTurn(standingOf(fingerprint), now, limits);
      standings.set(fingerprint, standing);
      return answer;
    },
    endWriteTurn: async (fingerprint, turn) => {
      standings.set(fingerprint, endWriteTurn(standingOf(fingerprint), turn));
    },
  };
}
