import type { NewCommit } from "./local-forge/git-repositories.ts";
import type { ForgePerson } from "./local-forge/local-forge.ts";

/** What an agent is asked to do: a plan that names files, and what becomes of them. */
export type Plan = { workflowId: string; title: string; text: string };

/** The repository at the demo's own forge. */
export const shop = {
  slug: "acme/platform/shop",
  people: [
    { login: "acme-agent", name: "Acme Agent", isAgent: true },
    { login: "mira-holt", name: "Mira Holt" },
    { login: "lin-zhou", name: "Lin Zhou" },
  ],
} as const satisfies { slug: string; people: ForgePerson[] };

const lin = { name: "Lin Zhou", email: "lin-zhou@acme.example" };
const mira = { name: "Mira Holt", email: "mira-holt@acme.example" };

const orderPage = `import { formatPrice } from "./price.js";

export function orderPage(order) {
  return \`Thank you! Your order of \${formatPrice(order.cents)} is on its way.\`;
}
`;

/** What was done in the repository before the story, the newest an hour ago. */
export function historyOfShop(now: Date): NewCommit[] {
  const before = (hours: number): number => Math.floor(now.getTime() / 1000) - hours * 3600;
  return [
    {
      branch: "main",
      message: "Begin",
      author: lin,
      at: before(900),
      files: { "README.md": "# Shop\n\nWhat customers of Acme see.\n", ".gitignore": ".env\nnode_modules/\n" },
    },
    {
      branch: "main",
      message: "Write prices with two digits",
      author: lin,
      at: before(500),
      files: {
        "src/price.js":
          "/** Cents as the reader sees them. */\nexport function formatPrice(cents) {\n  return `${(cents / 100).toFixed(2)} EUR`;\n}\n",
      },
    },
    {
      branch: "main",
      message: "Thank for an order",
      author: mira,
      at: before(1),
      files: { "src/order-page.js": orderPage },
    },
  ];
}

/** The agent forgets something: a carrier may be on strike. */
const arrivalFile = `/** When an order is there; nobody delivers on Sundays. */
export function arrivalOf(order) {
  const days = Math.ceil(order.kilometers / order.carrier.kilometersPerDay);
  const arrival = new Date(order.orderedAt.getTime() + days * 86_400_000);
  if (arrival.getUTCDay() === 0) arrival.setUTCDate(arrival.getUTCDate() + 1);
  return \`on \${arrival.toISOString().slice(0, 10)}\`;
}
`;

export const arrivalPlan: Plan = planOf("SHOP-7", "Say when an order will arrive", "Customers ask for it every day.", {
  "src/arrival.js": arrivalFile,
  "src/order-page.js": orderPage
    .replace("\n\n", `\nimport { arrivalOf } from "./arrival.js";\n\n`)
    .replace("is on its way.", "will be there ${arrivalOf(order)}."),
  "test/arrival.test.js": `import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalOf } from "../src/arrival.js";

test("what would come on a Sunday comes on Monday", () => {
  const order = { orderedAt: new Date("2026-05-01T09:00:00Z"), kilometers: 900, carrier: { kilometersPerDay: 500 } };
  assert.equal(arrivalOf(order), "on 2026-05-04");
});
`,
});

const division = "  const days = Math.ceil(order.kilometers / order.carrier.kilometersPerDay);\n";

/** What a person makes of the first review. */
export const mendedArrival = {
  by: "lin-zhou",
  message: "Say what customers see while a carrier is on strike",
  files: {
    "src/arrival.js": arrivalFile.replace(
      division,
      `  if (order.carrier.kilometersPerDay === 0) return "as soon as its carrier is on the road again";\n${division}`,
    ),
  },
} as const;

/** What a person opens without any agent. */
export const cartRequest = {
  by: "mira-holt",
  branch: "keep-the-cart",
  title: "Keep the cart when the page is closed",
  files: {
    "src/cart.js": `/** What was in the cart when the page was closed. */
export function keptCart(storage) {
  try {
    return JSON.parse(storage.getItem("cart")) ?? [];
  } catch {}
  return [];
}
`,
  },
} as const;

/** Where the agent leaves the forge's token in what it writes. */
export const leakyFile = "docs/asking-the-forge.md";

export const leakyPlan: Plan = planOf("SHOP-8", "Write down how to ask the forge", "New people look for it.", {
  [leakyFile]: `# Asking the forge

Every merge request of the shop, as JSON:

    curl --header "PRIVATE-TOKEN: $FORGE_TOKEN" "$FORGE_URL/projects/acme%2Fplatform%2Fshop/merge_requests"
`,
});

function planOf(workflowId: string, title: string, why: string, files: Record<string, string>): Plan {
  const blocks = Object.entries(files).map(([name, content]) => `## ${name}\n\n\`\`\`\n${content}\`\`\`\n`);
  return { workflowId, title, text: [`# ${title}\n`, `${why}\n`, ...blocks].join("\n") };
}
