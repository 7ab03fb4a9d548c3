/** One review per head commit of a pull request, whoever asks for it. */
export function reviewKey(forge: string, host: string, forgeRepositoryId: string, number: number, sha: string): string {
  return `review:${forge}:${host}:${forgeRepositoryId}:${number}:${sha}`;
}
