/** Asking before something is replaced or removed. */
import type { Step, Tool } from '../tool';

/** Prints `name: question` and reads a line; yes begins with `y`. */
export function* confirm(tool: Tool, question: string): Step<boolean> {
  yield* tool.flush();
  yield* tool.context.err(`${tool.name}: ${question}`);
  const answer = yield* tool.context.readLine();
  return /^\s*[yY]/.test(answer);
}
