/** A sentence of our own in which `backticks` mark what is typed. */
export function Prose({ children }: { children: string }) {
  return children.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
