import { createForgeFetch } from "../../src/forges/forge-fetch.ts";

/** Reads an answer from the given address, in our way or in the usual one, and prints by how many MiB this process grew at most. */
const [origin = "", how = ""] = process.argv.slice(2);
const before = process.resourceUsage().maxRSS;
if (how === "ours")
  await createForgeFetch({ baseUrl: origin })({ method: "GET", url: origin, headers: {} }).catch(() => {});
else await fetch(origin).then((response) => response.text());
console.log(Math.round((process.resourceUsage().maxRSS - before) / 1024));
process.exit(0);
