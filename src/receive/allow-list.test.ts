import { expect, test } from "vitest";
import { createAllowList } from "./allow-list.ts";

test("addresses and networks of both families are recognised", () => {
  const allows = createAllowList(["192.30.252.0/22", "10.1.2.3", "2a0a:a440::/29"]);

  for (const address of ["192.30.252.1", "192.30.255.255", "10.1.2.3", "2a0a:a440::1"])
    expect(allows(address)).toBe(true);
  for (const address of ["192.31.0.1", "10.1.2.4", "2a0a:b440::1", "", "nonsense"]) expect(allows(address)).toBe(false);
});

test("an entry that is no network is refused at start", () => {
  for (const entry of ["1.2.3", "1.2.3.4/33", "abc", "::1/129"])
    expect(() => createAllowList([entry])).toThrow(/receiver\.allow/);
});
