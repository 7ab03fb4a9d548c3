import { z } from "zod";
import type { CallKind } from "../classify-answer.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeRepositoryRef } from "../forge.ts";
import { nextPage } from "../link-header.ts";
import { readAnswer } from "../read-answer.ts";
import { readPages } from "../read-pages.ts";
import { slugField } from "./answer-fields.ts";
import type { AskGithub, GithubCall } from "./ask.ts";
import type { GithubCredentials } from "./credentials.ts";

/** A question or act about a repository, under the name that it has when the call is made. */
export type RepositoryCall<Value> = (ref: ForgeRepositoryRef) => GithubCall<Value>;

export type GithubClient = {
  /** A call with a credential of the caller's choice. */
  ask: AskGithub;
  /** A call about a repository, with its credential. When the repository has moved, the call is made again under its new name. */
  inRepository: <Value>(
    ref: ForgeRepositoryRef,
    call: RepositoryCall<Value>,
    options: CallOptions | undefined,
  ) => Promise<Value>;
  /** All pages of a list in a repository, or so many that there are `limit` items. */
  list: <Item>(
    ref: ForgeRepositoryRef,
    call: RepositoryCall<Item[]>,
    options: CallOptions | undefined,
    limit?: number,
  ) => Promise<Item[]>;
};

export type GithubClientDeps = { ask: AskGithub; credentials: GithubCredentials };

/** Calls about repositories: with each one's credential, and wherever it is now. */
export function createGithubClient({ ask, credentials }: GithubClientDeps): GithubClient {
  return { ask, inRepository, list };

  /**
   * GitHub answers for a repository's old name with a redirect. A read follows it, but its answer cannot be checked against the name; a write does not,
   * and nothing was done. So both are made again under the new name, which the repository itself is asked for.
   */
  async function inRepository<Value>(
    ref: ForgeRepositoryRef,
    about: RepositoryCall<Value>,
    options: CallOptions | undefined,
  ): Promise<Value> {
    const tried = await askUnlessMoved(ref, about(ref), options);
    if ("value" in tried) return tried.value;
    const now = { ...ref, slug: await currentSlug(ref, options) };
    if (now.slug.toLowerCase() === ref.slug.toLowerCase()) throw tried.error;
    const again = await askUnlessMoved(now, about(now), options);
    if ("value" in again) return again.value;
    throw again.error;
  }

  async function askUnlessMoved<Value>(
    ref: ForgeRepositoryRef,
    { accept, ...about }: GithubCall<Value>,
    options: CallOptions | undefined,
  ): Promise<{ value: Value } | { error: ForgeCallError }> {
    const error = new ForgeCallError("liar", "FORGE_BAD_RESPONSE", `${about.what}: the answer came from elsewhere.`);
    try {
      return await ask<{ value: Value } | { error: ForgeCallError }>(
        {
          ...about,
          accept: (data, answer) => (answer.redirected ? { error } : { value: accept(data, answer) }),
        },
        credentials.forRepository(ref),
        options,
      );
    } catch (refusal) {
      if (isRedirectOf(refusal, about.kind)) return { error: refusal };
      throw refusal;
    }
  }

  async function list<Item>(
    ref: ForgeRepositoryRef,
    about: RepositoryCall<Item[]>,
    options: CallOptions | undefined,
    limit?: number,
  ): Promise<Item[]> {
    const readPage = (next: string | null): Promise<{ items: Item[]; next: string | null }> =>
      inRepository(
        ref,
        (now) => {
          const first = about(now);
          return {
            ...(next === null ? first : { what: first.what, kind: first.kind, route: `GET ${next}` }),
            accept: (data, answer) => ({
              items: first.accept(data, answer),
              next: nextPage(answer.headers.get("link"), answer.url),
            }),
          };
        },
        options,
      );
    return await readPages(about(ref).what, readPage, limit);
  }

  function currentSlug(ref: ForgeRepositoryRef, options: CallOptions | undefined): Promise<string> {
    return ask(
      {
        what: `Looking where ${ref.slug} is now`,
        kind: "read",
        route: "GET /repos/{owner}/{repo}",
        parameters: ownerAndName(ref),
        accept: (data) => readAnswer(z.object({ full_name: slugField }), data).full_name,
      },
      credentials.forRepository(ref),
      options,
    );
  }
}

/** `owner` and `repo` as the routes want them. */
export function ownerAndName({ slug }: Pick<ForgeRepositoryRef, "slug">): { owner: string; repo: string } {
  const [owner = "", repo = ""] = slug.split("/");
  return { owner, repo };
}

function isRedirectOf(error: unknown, kind: CallKind): error is ForgeCallError {
  return kind === "write" && error instanceof ForgeCallError && error.code === "REDIRECT_REFUSED";
}
