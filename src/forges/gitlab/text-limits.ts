/** In characters; GitLab answers more with 400. Of a merge request and an issue: */
export const titleCharactersMax = 255;
export const descriptionCharactersMax = 1_048_576;
export const noteCharactersMax = 1_000_000;
