import { PullwrightError } from "../domain/error.ts";
import { networkFailure } from "./explain-failure.ts";
import { fromPartialClone } from "./fetch-commit.ts";
import { runOverNetwork, runWellInMirror, type MirrorSession } from "./mirror-session.ts";

/**
 * Sees to it that these contents are in the mirror, and says how many bytes each has. All that are missing come in one request; what is here already is
 * not asked for again.
 *
 * @throws {PullwrightError} BASE_NOT_ON_REMOTE when the remote has not one of them, CLONE_FAILED, or what the forge's answer means (FORGE_…)
 */
export async function fetchBlobs(session: MirrorSession, ids: Iterable<string>): Promise<Map<string, number>> {
  const wanted = [...new Set(ids)];
  const here = await sizesOf(session, wanted);
  const missing = wanted.filter((id) => !here.has(id));
  if (missing.length === 0) return here;

  session.reach("fetch-blobs.before");
  const said = await runOverNetwork(session, {
    args: [
      "fetch",
      "--quiet",
      "--filter=blob:none",
      "--no-tags",
      "--no-recurse-submodules",
      "--no-auto-maintenance",
      "--no-write-fetch-head",
      "--stdin",
      "--",
      session.remote.url,
    ],
    stdin: Buffer.from(missing.map((id) => `${id}\n`).join("")),
    // Contents are named one by one: there is nothing to find out about what both sides have.
    settings: [...fromPartialClone(session), ["fetch.negotiationAlgorithm", "noop"]],
  });
  if (said.code !== 0)
    throw networkFailure("Fetching the changed files", said, "CLONE_FAILED", session.surroundings.redact);
  session.reach("fetch-blobs.after");

  const fetched = await sizesOf(session, missing);
  const absent = missing.find((id) => !fetched.has(id));
  if (absent !== undefined) throw new PullwrightError("CLONE_FAILED", `The remote did not give the content ${absent}.`);
  return new Map([...here, ...fetched]);
}

/** Of those that are here. */
async function sizesOf(session: MirrorSession, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const said = await runWellInMirror(session, {
    args: ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"],
    stdin: Buffer.from(ids.map((id) => `${id}\n`).join("")),
    stdoutBytesMax: 64 * 1024 * 1024,
  });
  return new Map(
    said
      .toString("latin1")
      .split("\n")
      .map((line) => line.split(" "))
      .flatMap(([id = "", type, size]) => (type === "blob" ? [[id, Number(size)] as const] : [])),
  );
}
