/** pstree(1) of psmisc. */
import type { ProcessState } from '../../world/process.contract';
import { isZombie, shortUser } from './process-view';
import type { Command, Tool } from './tool';

export const pstree: Command = {
  name: 'pstree',
  package: 'psmisc',
  paths: ['/usr/bin/pstree'],
  synopsis: 'pstree [-acglpsStTuZ] [-h | -H PID] [-n | -N type] [-A | -G | -U] [PID | USER]',
  summary: 'Display a tree of processes.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'aAcGghH:lnN:pstSTuUVZC:',
      long: {
        arguments: 'a',
        ascii: 'A',
        compact: 'c',
        'show-pids': 'p',
        'numeric-sort': 'n',
        unicode: 'U',
        'show-parents': 's',
        'uid-changes': 'u',
        long: 'l',
      },
    });
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const processes = tool.context.host.processes().filter((process) => !isZombie(process));
    const [start] = operands;
    const roots =
      start === undefined
        ? processes.filter((process) => process.pid === 1)
        : /^\d+$/.test(start)
          ? processes.filter((process) => process.pid === Number(start))
          : processes.filter(
              (process) =>
                tool.context.host.user(start)?.uid === process.uid &&
                !processes.some((parent) => parent.pid === process.ppid && parent.uid === process.uid),
            );
    if (start !== undefined && !/^\d+$/.test(start) && tool.context.host.user(start) === undefined) {
      tool.note(`No such user name: ${start}\n`);
      return 1;
    }
    const drawing = new Drawing(
      tool,
      processes,
      has,
      has('U') || (tool.context.stdout.tty !== undefined && !has('A')),
    );
    const shown =
      roots.length === 0 && start === undefined
        ? processes.filter((process) => !processes.some((parent) => parent.pid === process.ppid))
        : roots;
    for (const root of shown) for (const line of drawing.draw(root)) tool.line(line);
    yield* tool.drain();
    return shown.length === 0 ? 1 : 0;
  },
};

class Drawing {
  readonly #signs: { only: string; first: string; middle: string; last: string; bar: string };

  constructor(
    private readonly tool: Tool,
    private readonly processes: readonly ProcessState[],
    private readonly has: (option: string) => boolean,
    unicode: boolean,
  ) {
    this.#signs = unicode
      ? { only: '───', first: '─┬─', middle: ' ├─', last: ' └─', bar: ' │ ' }
      : { only: '---', first: '-+-', middle: ' |-', last: ' `-', bar: ' | ' };
  }

  draw(process: ProcessState): string[] {
    const label = this.#label(process);
    const children = this.processes
      .filter((child) => child.ppid === process.pid && child.pid !== process.pid)
      .sort((a, b) =>
        this.has('n') ? a.pid - b.pid : a.comm < b.comm ? -1 : a.comm > b.comm ? 1 : a.pid - b.pid,
      );
    const blocks = this.#folded(children.map((child) => this.draw(child)));
    if (blocks.length === 0) return [label];
    if (this.has('a')) return this.#below(label, blocks);
    const gap = ' '.repeat(label.length);
    const lines: string[] = [];
    blocks.forEach((block, index) => {
      const isLast = index === blocks.length - 1;
      const { only, first, middle, last, bar } = this.#signs;
      const sign = blocks.length === 1 ? only : index === 0 ? first : isLast ? last : middle;
      block.forEach((line, row) => {
        if (row === 0) lines.push((index === 0 ? label : gap) + sign + line);
        else lines.push(gap + (isLast ? '   ' : bar) + line);
      });
    });
    return lines;
  }

  #below(label: string, blocks: readonly string[][]): string[] {
    const lines = [label];
    blocks.forEach((block, index) => {
      const isLast = index === blocks.length - 1;
      block.forEach((line, row) =>
        lines.push((row === 0 ? (isLast ? '  `-' : '  |-') : isLast ? '    ' : '  | ') + line),
      );
    });
    return lines;
  }

  /** Equal branches are drawn once: `2*[agetty]`. */
  #folded(blocks: readonly string[][]): string[][] {
    if (this.has('p') || this.has('a') || this.has('c')) return [...blocks];
    const out: { text: string; count: number; block: string[] }[] = [];
    for (const block of blocks) {
      const text = block.join('\n');
      const same = out.find((one) => one.text === text);
      if (same === undefined) out.push({ text, count: 1, block });
      else same.count++;
    }
    return out.map(({ count, block }) =>
      count === 1
        ? block
        : block.map(
            (line, index) =>
              (index === 0 ? `${count}*[` : ' '.repeat(String(count).length + 2)) +
              line +
              (index === block.length - 1 ? ']' : ''),
          ),
    );
  }

  #label(process: ProcessState): string {
    const { host } = this.tool.context;
    const parent = host.process(process.ppid);
    const name = process.comm;
    const inside = [
      ...(this.has('p') ? [String(process.pid)] : []),
      ...(this.has('u') && parent !== undefined && parent.uid !== process.uid
        ? [shortUser(host, process.uid)]
        : []),
    ].join(',');
    const rest = this.has('a')
      ? process.argv
          .slice(1)
          .map((argument) => ` ${argument}`)
          .join('')
      : '';
    if (this.has('a')) return name + (inside === '' ? '' : `,${inside}`) + rest;
    return name + (inside === '' ? '' : `(${inside})`);
  }
}
