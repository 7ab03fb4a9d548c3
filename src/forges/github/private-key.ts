import { createPrivateKey, type KeyObject } from "node:crypto";
import { PullwrightError } from "../../domain/error.ts";

/**
 * An App's private key in the one form that signing understands (PKCS #8, line feeds), from whatever was put into the file: the PKCS #1 that GitHub hands
 * out, with either line ending. Throws SECRET_MALFORMED, which says what is wrong and nothing of the key.
 */
export function normalisePrivateKey(pem: string): string {
  const key = readKey(pem.replaceAll("\r\n", "\n").replaceAll("\\n", "\n"));
  if (key.asymmetricKeyType !== "rsa") throw malformed("it is no RSA key");
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function readKey(pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) throw malformed("it is locked with a passphrase; write it without one (`openssl rsa`)");
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw malformed("it is no private key in PEM form", cause);
  }
}

function malformed(because: string, cause?: unknown): PullwrightError {
  return new PullwrightError("SECRET_MALFORMED", `The GitHub App's private key cannot be used: ${because}.`, { cause });
}
