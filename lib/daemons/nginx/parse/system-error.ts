/** `(2: No such file or directory)`, as system errors are told. */
export interface FileProblem {
  readonly number: number;
  readonly text: string;
}
export function readSystemError(problem: string): FileProblem {
  const found = /^\((\d+): (.*)\)$/.exec(problem);
  return { number: Number(found?.[1] ?? 2), text: found?.[2] ?? problem };
}
