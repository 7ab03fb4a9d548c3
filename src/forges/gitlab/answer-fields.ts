import { z } from "zod";
import { WrongAnswer } from "../forge-call.ts";
import type { ForgeUser } from "../forge.ts";

/** A numeric id, as text. */
export const idField = z.int().positive().transform(String);

/** A number of a merge request or an issue: its iid. */
export const numberField = z.int().positive();

/** A time of GitLab's, which at self-hosted servers may have an offset, as ours: UTC with milliseconds. */
export const instantField = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

export const shaField = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

/** `group/sub/project` */
export const slugField = z
  .string()
  .max(1024)
  .regex(/^[^/\s]+(\/[^/\s]+)+$/);

/** A page for people. */
export const urlField = z.url({ protocol: /^https?$/ }).max(2048);

export const userField = z
  .object({ id: idField, username: z.string().min(1).max(255) })
  .transform(({ id, username }): ForgeUser => ({ id, login: username }));

export const branchField = z.string().min(1).max(1024);

/** Throws WrongAnswer where an object is another than was asked for. */
export function mustBe(what: string, given: string | number, asked: string | number): void {
  if (String(given) !== String(asked)) throw new WrongAnswer(`its ${what} is another than was asked for`);
}

/** A project's path is the same in any case. */
export function mustBeProject(given: string, asked: string): void {
  mustBe("project", given.toLowerCase(), asked.toLowerCase());
}

/** Throws WrongAnswer unless a page belongs to a thing of the project's with that number. */
export function mustBePageOf(slug: string, number: number, url: string): void {
  const path = new URL(url).pathname.toLowerCase();
  // An instance may live below a path of its own, and before 12.10 there was no `/-` behind the project.
  if (!path.includes(`/${slug.toLowerCase()}/`)) mustBe("project", "", slug);
  mustBe("number", /\/(\d+)$/.exec(path)?.[1] ?? "", number);
}
