/** Colours of ls(1) and tree(1): LS_COLORS, or the built-in ones. Source: ls.c `color_indicator`, dircolors(1). */
import type { Stat } from '../../../world/files.contract';

const BUILT_IN: Readonly<Record<string, string>> = {
  di: '01;34',
  ln: '01;36',
  pi: '33',
  so: '01;35',
  bd: '01;33',
  cd: '01;33',
  ex: '01;32',
  su: '37;41',
  sg: '30;43',
  st: '37;44',
  ow: '34;42',
  tw: '30;42',
};

export class Colors {
  readonly #codes = new Map<string, string>(Object.entries(BUILT_IN));
  readonly #endings: [string, string][] = [];

  constructor(setting: string | undefined) {
    for (const part of (setting ?? '').split(':')) {
      const [key = '', value] = part.split('=');
      if (value === undefined) continue;
      if (key.startsWith('*')) this.#endings.push([key.slice(1).toLowerCase(), value]);
      else this.#codes.set(key, value);
    }
  }

  /** The name in its colour. */
  paint(name: string, info: Stat | undefined, text: string, isOrphan = false): string {
    const code = this.#codeOf(name, info, isOrphan);
    return code === undefined || code === '' || /^0+$/.test(code) ? text : `\u001b[${code}m${text}\u001b[0m`;
  }

  #codeOf(name: string, info: Stat | undefined, isOrphan: boolean): string | undefined {
    if (info === undefined) return this.#codes.get('mi');
    switch (info.kind) {
      case 'directory': {
        const [sticky, open] = [(info.mode & 0o1000) !== 0, (info.mode & 0o002) !== 0];
        return this.#codes.get(sticky && open ? 'tw' : open ? 'ow' : sticky ? 'st' : 'di');
      }
      case 'symlink':
        return (isOrphan ? this.#codes.get('or') : undefined) ?? this.#codes.get('ln');
      case 'fifo':
        return this.#codes.get('pi');
      case 'socket':
        return this.#codes.get('so');
      case 'block':
        return this.#codes.get('bd');
      case 'character':
        return this.#codes.get('cd');
      case 'file': {
        if ((info.mode & 0o4000) !== 0) return this.#codes.get('su');
        if ((info.mode & 0o2000) !== 0) return this.#codes.get('sg');
        if ((info.mode & 0o111) !== 0) return this.#codes.get('ex');
        const lower = name.toLowerCase();
        return this.#endings.findLast(([ending]) => lower.endsWith(ending))?.[1] ?? this.#codes.get('fi');
      }
    }
  }
}
