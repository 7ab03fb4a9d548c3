/**
 * Gitbeaker's types of answers, as the static types of what this GitLab says. They all allow any further field, which would let a misspelt one
 * pass: here only the fields that they name are left.
 */
export type Named<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

/** The same with some fields as GitLab really has them, or that the type does not know. Each use says which. */
export type Replaced<T, R> = Omit<Named<T>, keyof R> & R;
