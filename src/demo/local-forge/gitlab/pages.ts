import { type ApiAnswer, answer, badParameter } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import type { World } from "./world.ts";

/** One page of a list, with the headers that say where the others are. */
export function page<T>(all: T[], call: ApiCall, world: World, show: (item: T) => unknown): ApiAnswer {
  const number = countIn(call, "page", 1);
  const size = Math.min(countIn(call, "per_page", 20), 100);
  const last = Math.max(1, Math.ceil(all.length / size));
  const next = number < last ? number + 1 : null;
  const previous = number > 1 ? number - 1 : null;
  const links: [string, number | null][] = [
    ["prev", previous],
    ["next", next],
    ["first", 1],
    ["last", last],
  ];
  return answer(200, all.slice((number - 1) * size, number * size).map(show), {
    "x-page": String(number),
    "x-per-page": String(size),
    "x-next-page": next === null ? "" : String(next),
    "x-prev-page": previous === null ? "" : String(previous),
    "x-total": String(all.length),
    "x-total-pages": String(last),
    link: links.flatMap(([name, to]) => (to === null ? [] : [linkTo(name, to, size, call, world)])).join(", "),
  });
}

function countIn(call: ApiCall, name: string, otherwise: number): number {
  const text = call.query.get(name);
  if (text === null) return otherwise;
  if (!/^[1-9]\d*$/.test(text)) throw badParameter(`${name} does not have a valid value`);
  return Number(text);
}

function linkTo(name: string, number: number, size: number, call: ApiCall, world: World): string {
  const query = new URLSearchParams(call.query);
  query.set("page", String(number));
  query.set("per_page", String(size));
  return `<${world.webUrl}${call.path}?${query}>; rel="${name}"`;
}
