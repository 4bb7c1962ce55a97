/**
 * Calls of functions and texts without nesting the engine's stack: what calls
 * asks the process's driver to run the callee beside it. How deep a script may
 * recurse is then ours to say and the same in every engine.
 */
import type { Wait } from '../../world/process.contract';
import type { Run, Shell } from '../shell';

/** bash itself has no limit and dies of its stack, at about this depth with 8 MiB. */
const DEEPEST = 9_000;

/** A wait that only the driver sees. */
class Call implements Wait {
  readonly keys: readonly string[] = [];
  result = 0;
  constructor(readonly callee: Run<number>) {}
}

/** Runs `callee` beside the present generator; like `yield*` to whoever calls. */
export function* outOfLine(shell: Shell, callee: () => Run<number>): Run<number> {
  if (shell.depth >= DEEPEST) yield* shell.die('SEGV');
  shell.depth++;
  const call = new Call(callee());
  try {
    yield call;
  } finally {
    shell.depth--;
  }
  return call.result;
}

/** Drives a generator and what it calls out of line. */
export function* drive(main: Run<number>): Run<number> {
  const stack: { readonly run: Run<number>; readonly call: Call | undefined }[] = [
    { run: main, call: undefined },
  ];
  let resume: (run: Run<number>) => IteratorResult<Wait, number> = (run) => run.next({ reason: 'start' });
  for (;;) {
    const top = stack.at(-1);
    if (top === undefined) return 0;
    let step: IteratorResult<Wait, number>;
    try {
      step = resume(top.run);
    } catch (problem) {
      stack.pop();
      if (stack.length === 0) throw problem;
      resume = (run) => run.throw(problem);
      continue;
    }
    if (step.done === true) {
      stack.pop();
      if (top.call === undefined) return step.value;
      top.call.result = step.value;
      resume = (run) => run.next({ reason: 'start' });
    } else if (step.value instanceof Call) {
      stack.push({ run: step.value.callee, call: step.value });
      resume = (run) => run.next({ reason: 'start' });
    } else {
      const wake = yield step.value;
      resume = (run) => run.next(wake);
    }
  }
}
