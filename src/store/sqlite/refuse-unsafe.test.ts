import { expect, test } from "vitest";
import { refuseNetworkFilesystem, refuseOldEngine } from "./refuse-unsafe.ts";

test.each(["3.50.4", "3.51.2", "3.7.0", "2.8.17", "3.51"])(
  "SQLite %s, which can corrupt a database, is refused",
  (version) => {
    expect(() => refuseOldEngine(version)).toThrow(expect.objectContaining({ code: "SQLITE_TOO_OLD" }));
  },
);

test.each(["3.51.3", "3.51.10", "3.53.4", "3.60.0", "4.0.0"])("SQLite %s is taken", (version) => {
  expect(() => refuseOldEngine(version)).not.toThrow();
});

test.runIf(process.platform === "linux")(
  "a data directory on NFS, SMB or 9P is refused, on ext4 or tmpfs it is taken",
  () => {
    for (const type of [0x6969, 0xff534d42, 0xfe534d42, 0x01021997]) {
      expect(() => refuseNetworkFilesystem("/data", type)).toThrow(
        expect.objectContaining({ code: "NETWORK_FILESYSTEM" }),
      );
    }
    for (const type of [0xef53, 0x01021994, 0x9123683e, 0x58465342])
      expect(() => refuseNetworkFilesystem("/data", type)).not.toThrow();
  },
);
