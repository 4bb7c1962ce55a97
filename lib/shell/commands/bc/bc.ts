/** bc(1) 1.07.1. Not modelled: `read()`, `random()`, the banner's terminal editing, the program addresses in messages. */
import type { Command, Step, Tool, ToolRun } from '../tool';
import { Bc, Quit } from './interpreter';
import { BC_LIBRARY } from './library';

export const bc: Command = {
  name: 'bc',
  package: 'bc',
  paths: ['/usr/bin/bc'],
  synopsis: 'bc [options] [file ...]',
  summary: 'An arbitrary precision calculator language.',
  run,
};

const BANNER = `bc 1.07.1
Copyright 1991-1994, 1997, 1998, 2000, 2004, 2006, 2008, 2012-2017 Free Software Foundation, Inc.
This is free software with ABSOLUTELY NO WARRANTY.
For details type \`warranty'. 
`;

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'hilqswv',
    long: { interactive: 'i', mathlib: 'l', quiet: 'q', standard: 's', warn: 'w' },
  });
  const given = new Set(options.map(({ name }) => name));
  if (given.has('h')) tool.help();
  if (given.has('v')) tool.version();
  const bc = new Bc(tool);
  if (tool.context.stdin.tty !== undefined && !given.has('q')) tool.print(BANNER);
  try {
    if (given.has('l')) yield* bc.run(BC_LIBRARY);
    for (const name of operands) {
      const read = yield* tool.readFile(name);
      if (typeof read === 'string') {
        tool.note(`File ${name} is unavailable.\n`);
        return 1;
      }
      yield* bc.run(read.text);
    }
    if (tool.context.stdin.tty === undefined) yield* fromPipe(tool, bc);
    else
      for (let line = yield* tool.context.readLine(); line !== ''; line = yield* tool.context.readLine()) {
        // Braces and backslashes keep a line open.
        while (isOpen(line)) {
          const more = yield* tool.context.readLine();
          if (more === '') break;
          line += more;
        }
        yield* bc.run(line);
        yield* tool.flush();
      }
  } catch (error) {
    if (!(error instanceof Quit)) throw error;
  }
  return 0;
}

/** Whole lines are computed as soon as nothing more is there: whoever writes may wait for the answer. */
function* fromPipe(tool: Tool, bc: Bc): Step {
  const { stdin } = tool.context;
  let text = '';
  let before = 0;
  for (;;) {
    const more = stdin.read();
    if (more !== undefined && more !== '') {
      text += more;
      continue;
    }
    // Lines that are done count on in messages.
    const numbered = '\n'.repeat(before) + text;
    if (more === '') return yield* bc.run(numbered);
    if (text.endsWith('\n') && !isOpen(text)) {
      yield* bc.run(numbered);
      yield* tool.flush();
      before += text.split('\n').length - 1;
      text = '';
    }
    yield { streams: [stdin] };
  }
}

function isOpen(text: string): boolean {
  const count = (character: string): number => text.split(character).length - 1;
  return count('{') > count('}') || count('(') > count(')') || text.endsWith('\\\n');
}
