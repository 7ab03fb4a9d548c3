import { z } from "zod";
import { WrongAnswer } from "../forge-call.ts";
import type { ForgeUser } from "../forge.ts";

/** A numeric id, as text: it may be larger than a number can hold exactly, which the libraries then give as a bigint. */
export const idField = z.union([z.int().positive(), z.bigint().positive()]).transform(String);

/** A number of a pull request or an issue. */
export const numberField = z.int().positive();

/** A time of the forge, as ours: UTC with milliseconds. */
export const instantField = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

export const shaField = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

/** A page for people. */
export const urlField = z.url({ protocol: /^https?$/ }).max(2048);

export const userField = z
  .object({ id: idField, login: z.string().min(1).max(255) })
  .transform(({ id, login }): ForgeUser => ({ id, login }));

/** `owner/repo` */
export const slugField = z.string().regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/);

/** Throws WrongAnswer where an object is another than was asked for. */
export function mustBe(what: string, given: string | number, asked: string | number): void {
  const isSame = String(given).toLowerCase() === String(asked).toLowerCase();
  if (!isSame) throw new WrongAnswer(`its ${what} is another than was asked for`);
}

/** Throws WrongAnswer where an object's page is not that of its own number or id: then one of the two is somebody else's. */
export function mustHavePage(url: string, end: string): void {
  if (!new URL(url).href.endsWith(end)) throw new WrongAnswer("its number and its page are of different things");
}

/** `owner/repo` from an API address of a repository or of something in it; empty where there is none. */
export function slugInApiUrl(url: string): string {
  const [, owner, name] = /\/repos\/([^/]+)\/([^/]+)/.exec(url) ?? [];
  return owner === undefined || name === undefined ? "" : `${owner}/${name}`;
}
