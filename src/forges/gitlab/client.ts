import { Projects } from "@gitbeaker/rest";
import { z } from "zod";
import { PullwrightError } from "../../domain/error.ts";
import type { CredentialSource } from "../credential.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import { type ForgeCall, type ForgeCaller, WrongAnswer } from "../forge-call.ts";
import type { ForgeAnswer } from "../forge-fetch.ts";
import type { CallOptions, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { readPages } from "../read-pages.ts";
import { slugField } from "./answer-fields.ts";
import { resourceOptions, type ResourceOptions } from "./requester.ts";

/** One question or act: a method of one of Gitbeaker's resources, and how its answer is read. */
export type GitlabCall<Value> = Pick<ForgeCall<Value>, "what" | "kind" | "accept" | "isNew"> & {
  send: (resources: ResourceOptions) => Promise<unknown>;
};

/** The same about a project, under the path that it has when the call is made. */
export type ProjectCall<Value> = (ref: ForgeRepositoryRef) => GitlabCall<Value>;

/** A list in a project, under its path of now; pages are counted from 1. */
export type ProjectList<Item> = (
  ref: ForgeRepositoryRef,
  page: number,
) => Omit<GitlabCall<Item[]>, "kind"> & {
  /** True when nothing of interest can be on later pages. */
  isEnough?: (items: Item[]) => boolean;
};

export type GitlabClient = {
  /** Where people look: the API's address without `/api/v4`. */
  webUrl: string;
  ask: <Value>(call: GitlabCall<Value>, options: CallOptions | undefined) => Promise<Value>;
  /** A call about a project. When the project has moved, the call is made again under its new path. */
  inProject: <Value>(
    ref: ForgeRepositoryRef,
    call: ProjectCall<Value>,
    options: CallOptions | undefined,
  ) => Promise<Value>;
  /** All pages of a list in a project, or so many that there are `limit` items. */
  list: <Item>(
    ref: ForgeRepositoryRef,
    list: ProjectList<Item>,
    options: CallOptions | undefined,
    limit?: number,
  ) => Promise<Item[]>;
};

export type GitlabClientDeps = { call: ForgeCaller; credential: CredentialSource };

/**
 * Calls GitLab through Gitbeaker, which builds the request and reads the answer. Whether, when and how often it is sent is the caller's. Throws
 * CONFIG_INVALID for an address that is not one of GitLab's API.
 */
export function createGitlabClient(apiBaseUrl: string, { call, credential }: GitlabClientDeps): GitlabClient {
  const webUrl = webUrlOf(apiBaseUrl);
  return { webUrl, ask, inProject, list };

  function ask<Value>({ send, ...rest }: GitlabCall<Value>, options: CallOptions | undefined): Promise<Value> {
    return call({
      ...rest,
      credential,
      signal: options?.signal,
      send: (fetch) => send(resourceOptions(webUrl, fetch)),
    });
  }

  /**
   * GitLab answers for a project's old path with a redirect, which a read follows, but whose answer cannot be checked against the path. A write it
   * refuses, and does nothing. So both are made again under the new path, which the project itself is asked for.
   */
  async function inProject<Value>(
    ref: ForgeRepositoryRef,
    about: ProjectCall<Value>,
    options: CallOptions | undefined,
  ): Promise<Value> {
    const first = await askOrMoved(about(ref), options);
    if (first !== moved) return first;
    const now = { ...ref, slug: await currentSlug(ref, options) };
    const second = await askOrMoved(about(now), options);
    if (second !== moved) return second;
    throw new ForgeCallError("transient", "FORGE_UNAVAILABLE", `${ref.slug} moved again while it was asked for.`);
  }

  async function askOrMoved<Value>(
    { accept, ...about }: GitlabCall<Value>,
    options: CallOptions | undefined,
  ): Promise<Value | typeof moved> {
    try {
      return await ask<Value | typeof moved>(
        { ...about, accept: (data, answer) => (answer.redirected ? moved : accept(data, answer)) },
        options,
      );
    } catch (error) {
      if (isMoved(error)) return moved;
      throw error;
    }
  }

  function currentSlug(ref: ForgeRepositoryRef, options: CallOptions | undefined): Promise<string> {
    return ask(
      {
        what: `Looking where ${ref.slug} is now`,
        kind: "read",
        send: (resources) => new Projects(resources).show(ref.slug),
        accept: (data) => readAnswer(z.object({ path_with_namespace: slugField }), data).path_with_namespace,
      },
      options,
    );
  }

  function list<Item>(
    ref: ForgeRepositoryRef,
    about: ProjectList<Item>,
    options: CallOptions | undefined,
    limit?: number,
  ): Promise<Item[]> {
    const readPage = (next: string | null): Promise<{ items: Item[]; next: string | null }> => {
      const page = Number(next ?? 1);
      return inProject(
        ref,
        (now) => {
          const { isEnough = () => false, ...asked } = about(now, page);
          return {
            ...asked,
            kind: "read",
            accept: (data, answer) => {
              const items = asked.accept(data, answer);
              return { items, next: isEnough(items) ? null : nextPageNumber(page, answer) };
            },
          };
        },
        options,
      );
    };
    return readPages(about(ref, 1).what, readPage, limit);
  }
}

function webUrlOf(apiBaseUrl: string): string {
  const webUrl = /^(.*[^/])\/api\/v4\/?$/.exec(apiBaseUrl)?.[1];
  if (webUrl === undefined)
    throw new PullwrightError("CONFIG_INVALID", "The address of GitLab's API ends in /api/v4; write it whole.");
  return webUrl;
}

const moved = Symbol("moved");

/** 405 "Non GET methods are not allowed for moved projects". */
function isMoved(error: unknown): boolean {
  return error instanceof ForgeCallError && error.status === 405 && /\bmoved projects?\b/i.test(error.message);
}

/**
 * By `X-Next-Page`, which is empty on the last page. The number of items says nothing: from a page of notes those are left out that may not be seen. And
 * `Link` has the address under which GitLab believes to be reached, which behind a proxy is not always ours.
 */
function nextPageNumber(page: number, { headers }: ForgeAnswer): string | null {
  const next = headers.get("x-next-page");
  if (next === "") return null;
  if (next !== String(page + 1)) throw new WrongAnswer("it does not say which page is the next");
  return next;
}
