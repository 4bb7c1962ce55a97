/** What most line tools of coreutils do: each line of each operand, or of standard input, in turn. */
import { LineReader } from './line-reader';
import { inputsOf, openOperand } from './operands';
import type { Step, Tool } from './tool';

/** Lines come with their newline, which the last one may lack. Exit code 1 if an operand could not be opened. */
export function* eachLine(
  tool: Tool,
  operands: readonly string[],
  act: (line: string) => void,
): Step<number> {
  let code = 0;
  for (const name of inputsOf(operands)) {
    const stream = openOperand(tool, name);
    if (stream === undefined) {
      code = 1;
      continue;
    }
    const reader = new LineReader(tool, stream);
    for (;;) {
      const line = reader.ready() ?? (yield* reader.next());
      if (line === undefined) break;
      act(line);
      if (tool.isPressed) yield* tool.drain();
    }
    tool.close(stream);
  }
  return code;
}
