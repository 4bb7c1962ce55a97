/** colrm(1) of util-linux. */
import type { Command, Tool, ToolRun } from './tool';

export const colrm: Command = {
  name: 'colrm',
  package: 'bsdextrautils',
  paths: ['/usr/bin/colrm'],
  synopsis: 'colrm [startcol [endcol]]',
  summary: 'Filter out the specified columns.',
  run,
};

const TAB = 8;

function* run(tool: Tool): ToolRun {
  const [first, last] = tool.options({ short: 'hV', long: {} }).operands;
  const column = (text: string | undefined, which: string, otherwise: number): number => {
    if (text === undefined) return otherwise;
    return /^\d+$/.test(text) ? Number(text) : tool.fail(`${which} argument: '${text}'`);
  };
  const from = column(first, 'first', Number.POSITIVE_INFINITY);
  const to = column(last, 'second', Number.POSITIVE_INFINITY);
  const text = yield* tool.context.readAll();
  for (const line of text.split(/(?<=\n)/)) {
    tool.print(kept(line, from, to));
    if (tool.isPressed) yield* tool.drain();
  }
  return 0;
}

/** The line without columns `from` to `to`, counted from one; a tab that is touched becomes blanks. */
function kept(line: string, from: number, to: number): string {
  let out = '';
  let column = 1;
  for (const character of line) {
    if (character === '\n') return out + character;
    const width = character === '\t' ? TAB - ((column - 1) % TAB) : 1;
    const isTouched = column + width > from;
    for (let i = 0; i < width; i++, column++)
      if (column < from || column > to)
        out += character === '\t' ? (isTouched ? ' ' : i === 0 ? '\t' : '') : character;
  }
  return out;
}
