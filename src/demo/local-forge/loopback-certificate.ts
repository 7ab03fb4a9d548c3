import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** In PEM: who is to be believed, and what the server shows. */
export type LoopbackCertificate = { authority: string; certificate: string; key: string };

/**
 * Makes a certificate authority and a certificate of it for this machine's loopback addresses. Written out by hand, because Node makes keys and no
 * certificates, and because a key that lay in the repository would be a key that scanners find.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280
 */
export function createLoopbackCertificate(): LoopbackCertificate {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = name("Pullwright test authority");
  return {
    authority: pem(
      certificate({ subject: issuer, issuer, publicKey: authority.publicKey, signWith: authority.privateKey }, [
        extension("551d13", sequence(tag(0x01, Buffer.from([0xff])))),
        keyUsage(0x06),
      ]),
    ),
    certificate: pem(
      certificate({ subject: name("localhost"), issuer, publicKey: server.publicKey, signWith: authority.privateKey }, [
        extension("551d11", sequence(dnsName("localhost"), ipAddress([127, 0, 0, 1]))),
        keyUsage(0x80),
      ]),
    ),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

type Parts = { subject: Buffer; issuer: Buffer; publicKey: KeyObject; signWith: KeyObject };

function certificate({ subject, issuer, publicKey, signWith }: Parts, extensions: Buffer[]): Buffer {
  const ecdsaWithSha256 = sequence(tag(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const body = sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    tag(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    issuer,
    sequence(generalizedTime("20200101000000Z"), generalizedTime("20991231235959Z")),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tag(0xa3, sequence(...extensions, keyIdentifier(publicKey))),
  );
  return sequence(body, ecdsaWithSha256, bitString(sign("sha256", body, signWith)));
}

function name(commonName: string): Buffer {
  const attribute = sequence(tag(0x06, Buffer.from("550403", "hex")), tag(0x0c, Buffer.from(commonName)));
  return sequence(tag(0x31, attribute));
}

function keyIdentifier(publicKey: KeyObject): Buffer {
  const der = publicKey.export({ type: "spki", format: "der" }) as Buffer;
  return extension("551d0e", tag(0x04, createHash("sha1").update(der).digest()));
}

function keyUsage(bits: number): Buffer {
  return extension("551d0f", tag(0x03, Buffer.from([bits === 0x80 ? 7 : 1, bits])));
}

function extension(identifier: string, value: Buffer): Buffer {
  return sequence(tag(0x06, Buffer.from(identifier, "hex")), tag(0x04, value));
}

function dnsName(host: string): Buffer {
  return tag(0x82, Buffer.from(host));
}

function ipAddress(parts: number[]): Buffer {
  return tag(0x87, Buffer.from(parts));
}

function generalizedTime(text: string): Buffer {
  return tag(0x18, Buffer.from(text));
}

function bitString(bytes: Buffer): Buffer {
  return tag(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...parts: Buffer[]): Buffer {
  return tag(0x30, Buffer.concat(parts));
}

/** A value with its kind and length before it. */
function tag(kind: number, value: Buffer): Buffer {
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([kind, ...size]), value]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
