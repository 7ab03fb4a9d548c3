import { type FaultCell, faultMatrix, faults } from "./fault-matrix.ts";
import { page, table } from "./markdown.ts";

/** What becomes of a pull request in the making when something goes wrong: the table that the tests work through. */
export function faultMatrixPage(): string {
  return page(
    "When something goes wrong",
    "[scripts/generate/fault-matrix.ts](../../scripts/generate/fault-matrix.ts), whose every cell [a test](../../test/work/fault-matrix.test.ts) tries or names the test that does",
    [
      "From a command that waits to a pull request that is written down, step by step: what can go wrong, and how it ends. Where nothing is said, it cannot go wrong in this way.",
      ...faultMatrix.flatMap(({ step, title, cells }) => [
        `## ${step}, ${title}`,
        table(
          ["what goes wrong", "how it ends", "tried by"],
          faults.flatMap((fault) => {
            const cell = cells[fault];
            return cell === undefined ? [] : [[fault, cell.end, proofOf(cell)]];
          }),
        ),
      ]),
    ],
  );
}

function proofOf({ proof }: FaultCell): string {
  if (proof === "here") return "the whole path";
  if ("death" in proof) return `a worker killed at \`${proof.death}\``;
  return `[${proof.elsewhere}](../../${proof.elsewhere})`;
}
