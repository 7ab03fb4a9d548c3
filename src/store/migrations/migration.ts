/** The column types that the two databases write differently. */
export type ColumnTypes = {
  /** A row's own number: counts up, is never used again. */
  id: string;
  /** A reference to such a number. */
  reference: string;
  /** A whole number that a payload may have made up: anything that JavaScript counts exactly. */
  count: string;
  /** Text that sorts by its bytes on both databases: cursors and times depend on it. */
  text: string;
  bytes: string;
};

/**
 * One step of the schema's history: tells one story, only adds, and may be run again over its own result. A released migration is never
 * edited. `sample` is a row for each new table; the migration test runs every later migration over all samples.
 */
export type Migration = {
  name: string;
  statements: (types: ColumnTypes) => string[];
  sample: string[];
};
