/** rev(1) of util-linux. */
import { errnoText } from './errno-text';
import { chomp, LineReader } from './line-reader';
import { inputsOf } from './operands';
import type { Command, Tool, ToolRun } from './tool';

export const rev: Command = {
  name: 'rev',
  package: 'bsdextrautils',
  paths: ['/usr/bin/rev'],
  synopsis: 'rev [options] [file ...]',
  summary: 'Reverse lines characterwise.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { operands } = tool.options({ short: 'hV', long: {} });
  let code = 0;
  for (const name of inputsOf(operands)) {
    const stream = name === '-' && operands.length === 0 ? tool.context.stdin : tool.open(name);
    if (typeof stream === 'string') {
      tool.complain(`cannot open ${name}: ${errnoText(stream)}`);
      code = 1;
      continue;
    }
    if (stream.readProblem !== undefined) {
      const shown = stream === tool.context.stdin ? 'stdin' : name;
      tool.complain(`${shown}: 0: ${errnoText(stream.readProblem)}`);
      code = 1;
      tool.close(stream);
      continue;
    }
    const reader = new LineReader(tool, stream);
    for (;;) {
      const line = reader.ready() ?? (yield* reader.next());
      if (line === undefined) break;
      tool.print([...chomp(line)].reverse().join('') + (line.endsWith('\n') ? '\n' : ''));
      if (tool.isPressed) yield* tool.drain();
    }
    tool.close(stream);
  }
  return code;
}
