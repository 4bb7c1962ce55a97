/** 1 when every typed word stands in the command, in any order; single letters strewn over a sentence do not count. */
export function matchesCommand(command: string, typed: string): 0 | 1 {
  const text = command.toLowerCase();
  const words = typed.toLowerCase().split(/\s+/);
  return words.every((word) => text.includes(word)) ? 1 : 0;
}
