import { ciRunLives } from "./ci-run-lives.ts";
import type { Life } from "./life.ts";
import { pullRequestLives } from "./pull-request-lives.ts";
import { repositoryLives } from "./repository-lives.ts";

export const lives: Record<string, Life> = { ...pullRequestLives, ...ciRunLives, ...repositoryLives };
