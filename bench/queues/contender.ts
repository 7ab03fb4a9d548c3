/** A queue as the measurement sees it. Jobs of one repository run one at a time, in their order. */
export type Contender = {
  name: string;
  /** An empty queue, ready for work. */
  open: () => Promise<OpenQueue>;
};

export type OpenQueue = {
  /** Durable when it resolves. */
  add: (repository: string) => Promise<void>;
  addMany: (repositories: string[]) => Promise<void>;
  /** Starts so many workers; `perform` is called when a job begins. */
  work: (slots: number, perform: (repository: string) => Promise<void>) => Promise<{ stop: () => Promise<void> }>;
  close: () => Promise<void>;
};
