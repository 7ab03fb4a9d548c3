import { BlockList, isIP } from "node:net";
import { PullwrightError } from "../domain/error.ts";

/** Whether an address is on the list of addresses and networks. Throws CONFIG_INVALID for an entry that is neither. */
export function createAllowList(entries: string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const version = isIP(address);
    if (version === 0)
      throw new PullwrightError("CONFIG_INVALID", `receiver.allow: ${entry} is neither an address nor a network.`);
    const family = version === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else if (Number(bits) <= (version === 4 ? 32 : 128)) list.addSubnet(address, Number(bits), family);
    else throw new PullwrightError("CONFIG_INVALID", `receiver.allow: ${entry} has more bits than an address.`);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
  };
}
