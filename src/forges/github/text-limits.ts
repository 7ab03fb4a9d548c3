/** Of the body of a pull request, an issue or a comment; GitHub answers more with 422. */
export const bodyCharactersMax = 65_536;
export const titleCharactersMax = 256;
