import type { Migration } from "./migration.ts";

/**
 * Where a credential stands with its forge: how long it must be silent, whether it is paused, when it wrote. Kept under a fingerprint, never with the
 * credential, so that a restart does not forget what the forge asked for. `standing` is JSON in the shape of domain/credential-standing.ts.
 */
export const credentialStanding: Migration = {
  name: "0009-credential-standing",
  statements: (types) => [
    `create table if not exists credential_standing (
      fingerprint ${types.text} primary key,
      standing ${types.text} not null
    )`,
  ],
  sample: [`insert into credential_standing (fingerprint, standing) values ('f', '{}')`],
};
