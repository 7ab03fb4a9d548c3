/** `acme/web` of `github:github.com/acme/web`; with the host where it is not the one that everybody knows. */
export function repositoryName(key: string): string {
  return key.replace(/^(?:github:github\.com\/|gitlab:gitlab\.com\/|[a-z]+:)/, "");
}
