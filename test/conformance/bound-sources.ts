import { describe, expect, test } from "vitest";
import { digestNext } from "../../src/flow.ts";
import { everythingRemembered } from "../outcome/recorded.ts";
import type { MakeDatabase } from "./database.ts";
import { digester, endingsOf, limits, pullRequestOpened } from "./digester.ts";

export function exerciseBoundSources(makeDatabase: MakeDatabase): void {
  describe("a source that is bound to repositories", () => {
    const web = { id: 1, slug: "acme/web", defaultBranch: "main" };
    const secrets = { id: 2, slug: "acme/secrets", defaultBranch: "main" };
    const bound = new Set(["acme/web"]);
    const says = (repository: typeof web, minute: number) =>
      pullRequestOpened(7, {
        repository,
        minute,
        source: "team-web",
        deliveryId: `${repository.id} ${repository.slug} ${minute}`,
      });

    test.for<[string, { known: (typeof web)[]; told: typeof web; ending: string }]>([
      ["may speak of its own", { known: [], told: web, ending: "digested" }],
      ["may speak of no other", { known: [], told: secrets, ending: "dead REPO_NOT_BOUND" }],
      ["may speak of no other that is known", { known: [secrets], told: secrets, ending: "dead REPO_NOT_BOUND" }],
      [
        "may not give another's number under its own name",
        { known: [secrets], told: { ...secrets, slug: "acme/web" }, ending: "dead REPO_NOT_BOUND" },
      ],
      [
        "may not give a number that nobody has, when its own is known",
        { known: [web], told: { ...web, id: 999 }, ending: "dead REPO_NOT_BOUND" },
      ],
      [
        "may not take another's name under its own number",
        { known: [web, secrets], told: { ...web, slug: "acme/secrets" }, ending: "dead REPO_NOT_BOUND" },
      ],
      ["may rename its own", { known: [web], told: { ...web, slug: "acme/site" }, ending: "digested" }],
      ["writes its name as it likes", { known: [web], told: { ...web, slug: "ACME/Web" }, ending: "digested" }],
    ])("%s", async ([, { known, told, ending }]) => {
      await using database = await makeDatabase();
      const store = await database.open();
      const boundRepositories = (source: string) => (source === "team-web" ? bound : undefined);
      await store.accept(
        known.map((repository) => pullRequestOpened(1, { repository, deliveryId: `known-${repository.id}` })),
      );
      await digestNext(limits, digester(store));
      const before = await everythingRemembered(store);

      const delivery = says(told, 5);
      await store.accept([delivery]);
      await digestNext(limits, digester(store, { boundRepositories }));

      expect((await endingsOf(store))[delivery.deliveryId]).toBe(ending);
      expect((await everythingRemembered(store)) === before).toBe(ending.startsWith("dead"));
    });

    test("may still speak of one that was renamed, and of its new namesake once the old one has another name", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const deps = digester(store, { boundRepositories: () => bound });
      await store.accept([
        says(web, 1),
        says({ ...web, slug: "acme/site" }, 2),
        says({ ...web, slug: "acme/site" }, 3),
        says({ ...web, id: 3 }, 4),
      ]);

      while ((await digestNext(limits, deps)) > 0);

      expect(await store.deliveries.count({ state: "digested" })).toBe(4);
      expect(
        (await store.repositories.list({ limit: 10, after: null })).rows.map((row) => [row.forge_id, row.slug]),
      ).toEqual([
        ["1", "acme/site"],
        ["3", "acme/web"],
      ]);
    });
  });
}
