/** Which files of a tree are left out: --exclude, --include, --filter and their files. Source: rsync(1) "FILTER RULES", `exclude.c` of 3.2.7. */

/** A rule that was wrong; the text is rsync's. */
export class FilterMistake extends Error {}

interface Rule {
  readonly pattern: string;
  readonly includes: boolean;
  /** Hides files from being sent. */
  readonly onSender: boolean;
  /** Protects files from being deleted. */
  readonly onReceiver: boolean;
  readonly matches: (name: string, isDirectory: boolean) => boolean;
}
/** A file of rules that is read in every directory, or only where it lies. */
export interface MergeFile {
  readonly name: string;
  readonly isInherited: boolean;
  readonly excludesItself: boolean;
  readonly onlyRules: 'include' | 'exclude' | undefined;
}
export type FilterItem = { readonly rule: Rule } | { readonly merge: MergeFile };

/** Rules in their order; the first that fits decides. */
export class FilterList {
  readonly items: FilterItem[] = [];

  /** `--exclude=PATTERN` and `--include=PATTERN`, which may begin with `+ ` and `- ` themselves. */
  addPattern(text: string, kind: 'include' | 'exclude', base = ''): void {
    if (text === '!') this.items.length = 0;
    else if (/^[-+] /.test(text)) this.#add(text.slice(2), text.startsWith('+'), '', base);
    else this.#add(text, kind === 'include', '', base);
  }

  /** Lines of a file: empty ones and those that begin with `#` or `;` are comments. */
  addLines(text: string, kind: 'include' | 'exclude', base = ''): void {
    for (const line of text.split(/\r?\n|\0/)) if (!/^([#;]|$)/.test(line)) this.addPattern(line, kind, base);
  }

  /**
   * One rule of `--filter`; gives the file that a `merge` wants to be read.
   * @throws FilterMistake
   */
  addRule(
    text: string,
    base = '',
  ): { readonly file: string; readonly kind: MergeFile['onlyRules'] } | undefined {
    const short = /^([-+.:HSPR!])(?:,?([^\s_]*))?(?:[ _](.*))?$/.exec(text);
    const long =
      /^(exclude|include|merge|dir-merge|hide|show|protect|risk|clear)(?:,([^\s_]*))?(?:[ _](.*))?$/.exec(
        text,
      );
    const found = long ?? short;
    if (found === null) throw new FilterMistake(`Unknown filter rule: \`${text}'`);
    const [, word = '', modifiers = '', pattern] = found;
    const kind = RULES[word] ?? word;
    if (kind === 'clear') {
      this.items.length = 0;
      return undefined;
    }
    if (pattern === undefined || pattern === '')
      throw new FilterMistake(`unexpected end of filter rule: ${text}`);
    switch (kind) {
      case 'merge':
        return { file: pattern, kind: onlyRules(modifiers) };
      case 'dir-merge':
        this.items.push({ merge: mergeFile(pattern, modifiers) });
        return undefined;
      case 'exclude':
      case 'include':
        this.#add(pattern, kind === 'include', modifiers, base);
        return undefined;
      default:
        this.#add(
          pattern,
          kind === 'show' || kind === 'risk',
          `${modifiers}${kind === 'hide' || kind === 'show' ? 's' : 'r'}`,
          base,
        );
        return undefined;
    }
  }

  #add(pattern: string, includes: boolean, modifiers: string, base: string): void {
    const onSender = modifiers.includes('s') || !modifiers.includes('r');
    const onReceiver = modifiers.includes('r') || !modifiers.includes('s');
    const matches = patternMatcher(pattern, base);
    const isNegated = modifiers.includes('!');
    this.items.push({
      rule: {
        pattern,
        includes,
        onSender,
        onReceiver,
        matches: (name, isDirectory) => matches(name, isDirectory) !== isNegated,
      },
    });
  }
}

const RULES: Readonly<Record<string, string>> = {
  '-': 'exclude',
  '+': 'include',
  '.': 'merge',
  ':': 'dir-merge',
  H: 'hide',
  S: 'show',
  P: 'protect',
  R: 'risk',
  '!': 'clear',
};

function onlyRules(modifiers: string): MergeFile['onlyRules'] {
  return modifiers.includes('-') ? 'exclude' : modifiers.includes('+') ? 'include' : undefined;
}
function mergeFile(pattern: string, modifiers: string): MergeFile {
  return {
    name: pattern.replace(/^.*\//, ''),
    isInherited: !modifiers.includes('n'),
    excludesItself: modifiers.includes('e'),
    onlyRules: modifiers.includes('C') ? 'exclude' : onlyRules(modifiers),
  };
}

/** What `-C` leaves out before it looks at .cvsignore. */
const CVS_IGNORED =
  'RCS SCCS CVS CVS.adm RCSLOG cvslog.* tags TAGS .make.state .nse_depinfo *~ #* .#* ,* _$* *$ *.old *.bak *.BAK *.orig *.rej .del-* *.a *.olb *.o *.obj *.so *.exe *.Z *.elc *.ln core .svn/ .git/ .hg/ .bzr/';
export function addCvsRules(list: FilterList): void {
  list.items.push({
    merge: { name: '.cvsignore', isInherited: false, excludesItself: false, onlyRules: 'exclude' },
  });
  for (const pattern of CVS_IGNORED.split(' ')) list.addPattern(pattern, 'exclude');
}

export type FilterSide = 'sender' | 'receiver';

/**
 * The pattern for which a file is left out on a side, undefined when it is not. `merged` gives the rules that a merge
 * file has in force for the file's directory.
 */
export function excludedBy(
  items: readonly FilterItem[],
  file: { readonly name: string; readonly isDirectory: boolean },
  side: FilterSide,
  merged: (merge: MergeFile) => readonly FilterItem[],
): string | undefined {
  const found = firstRule(items, file, side, merged);
  return found === undefined || found.includes ? undefined : found.pattern;
}

function firstRule(
  items: readonly FilterItem[],
  file: { readonly name: string; readonly isDirectory: boolean },
  side: FilterSide,
  merged: (merge: MergeFile) => readonly FilterItem[],
): { readonly includes: boolean; readonly pattern: string } | undefined {
  for (const item of items) {
    if ('merge' in item) {
      const { merge } = item;
      if (merge.excludesItself && file.name.replace(/^.*\//, '') === merge.name)
        return { includes: false, pattern: merge.name };
      const inner = firstRule(merged(merge), file, side, () => []);
      if (inner !== undefined) return inner;
      continue;
    }
    const { rule } = item;
    if (!(side === 'sender' ? rule.onSender : rule.onReceiver)) continue;
    if (rule.matches(file.name, file.isDirectory)) return rule;
  }
  return undefined;
}

/** Names are relative to the transfer's root; an anchored pattern is relative to `base`, where its file lies. */
function patternMatcher(written: string, base: string): (name: string, isDirectory: boolean) => boolean {
  const isDirectoryOnly = written.endsWith('/') && written.length > 1;
  const bare = isDirectoryOnly ? written.slice(0, -1) : written;
  const isAnchored = bare.startsWith('/');
  const pattern = isAnchored ? bare.slice(1) : bare;
  const slashes = pattern.split('/').length - 1;
  const crosses = pattern.includes('**');
  const expression = new RegExp(`^${translate(pattern)}$`, 's');
  const matchesName = (name: string, isDirectory: boolean): boolean =>
    expression.test(name) || (isDirectory && pattern.endsWith('/***') && expression.test(`${name}/`));
  return (name, isDirectory) => {
    if (isDirectoryOnly && !isDirectory) return false;
    if (slashes === 0 && !crosses && !isAnchored)
      return matchesName(name.slice(name.lastIndexOf('/') + 1), isDirectory);
    if (isAnchored) {
      if (base === '') return matchesName(name, isDirectory);
      return name.startsWith(`${base}/`) && matchesName(name.slice(base.length + 1), isDirectory);
    }
    const parts = name.split('/');
    if (!crosses) return matchesName(parts.slice(-slashes - 1).join('/'), isDirectory);
    if (pattern.startsWith('**'))
      return matchesName(name, isDirectory) || matchesName(`/${name}`, isDirectory);
    return parts.some((_, from) => matchesName(parts.slice(from).join('/'), isDirectory));
  };
}

/** wildmatch: `*` stops at a slash, `**` does not. */
function translate(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const letter = pattern[i] ?? '';
    if (letter === '*') {
      if (pattern[i + 1] === '*') {
        while (pattern[i + 1] === '*') i++;
        out += '.*';
      } else out += '[^/]*';
    } else if (letter === '?') out += '[^/]';
    else if (letter === '[') {
      const end = pattern.indexOf(']', pattern[i + 1] === '!' || pattern[i + 1] === '^' ? i + 3 : i + 2);
      if (end < 0) out += '\\[';
      else {
        const inner = pattern
          .slice(i + 1, end)
          .replace(/^[!^]/, '^')
          .replace(/\\/g, '\\\\');
        out += `[${inner}]`;
        i = end;
      }
    } else if (letter === '\\' && i + 1 < pattern.length) out += escape(pattern[++i] ?? '');
    else out += escape(letter);
  }
  return out;
}
function escape(letter: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(letter) ? `\\${letter}` : letter;
}
