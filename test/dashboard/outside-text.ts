import { expect, test } from "vitest";
import type { Dashboard } from "./dashboard-under-test.ts";
import { openedPullRequest } from "./github-payloads.ts";
import { rowWith, waitUntilLive } from "./watched-page.ts";

/** What strangers write stays text. */
export function outsideText(dashboard: Dashboard): void {
  test("a hostile title stays text, and a link that is not https stays none", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const title = `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script> & "so on"`;
    const hostile = openedPullRequest(40, { title, url: "http://github.com/acme/web/pull/40" });
    await dashboard.tell("pull_request", hostile);

    await page.goto("/prs");
    await page.getByText(title).click();
    const panel = page.getByRole("dialog", { name: title });
    await panel.getByText("Latest payload").click();
    await panel.getByRole("region", { name: "Latest payload" }).waitFor();

    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    expect(await panel.locator("img, script").count()).toBe(0);
    expect(await panel.locator("a[target=_blank]").count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test("what a piece of work says of itself stays text too, and so does a link that it would like to be one", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    const hostile = `<img src=x onerror="globalThis.hacked = true">`;
    const [command = 0] = await dashboard
      .work()
      .ask({ id: "HOSTILE-1", title: hostile }, { type: "review_pull_request", payload: { title: hostile } });
    await dashboard.work().end(command, {
      kind: "succeeded",
      because: `${hostile} \u202Eturned around`,
      links: [{ label: hostile, url: "javascript:globalThis.hacked=true" }],
      artifacts: { [hostile]: `/tmp/${hostile}` },
    });

    await page.goto("/workflows");
    await page.getByText(hostile).first().click();
    await page.getByRole("heading", { name: hostile }).waitFor();
    await page.getByText("Files that it left").waitFor();

    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    expect(await page.locator("main img, main script, main a[target=_blank]").count()).toBe(0);
    expect(await page.locator("main").innerText()).not.toContain("\u202E");
    expect(troubles).toEqual([]);
  });

  test("a title cannot turn around the text beside it", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await dashboard.tell("pull_request", openedPullRequest(41, { title: "Turned \u202Eexe.txt around" }));

    await page.goto("/prs");
    await rowWith(page, "#41").waitFor();

    expect(await rowWith(page, "#41").innerText()).not.toContain("\u202E");
    expect(await rowWith(page, "#41").locator("bdi", { hasText: "Turned" }).count()).toBe(1);
    expect(troubles).toEqual([]);
  });

  test("even a script inside the page can call nobody else", async () => {
    await using watched = await dashboard.open();
    const { page, troubles } = watched;
    await page.goto("/");
    await waitUntilLive(page);

    const answer = await page.evaluate(() =>
      fetch("https://example.com/").then(
        () => "answered",
        () => "stopped",
      ),
    );

    expect(answer).toBe("stopped");
    // The same watch that keeps the other tests honest has seen it.
    expect(troubles.join("\n")).toContain("Content Security Policy");
  });
}
