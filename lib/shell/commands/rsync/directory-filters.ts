/** The rules that hold in one directory of a side: those of the command line, and those of merge files on the way to it. */
import type { Step } from '../tool';
import { type FilterItem, excludedBy, FilterList, type FilterSide, type MergeFile } from './filters';
import type { Tree } from './tree';

type Merged = Map<MergeFile, readonly FilterItem[]>;

export class DirectoryFilters {
  readonly #byDirectory = new Map<string, Merged>();

  constructor(
    private readonly list: FilterList,
    private readonly side: FilterSide,
    private readonly tree: Tree,
  ) {}

  /** Reads the merge files that lie in a directory. `name` is relative to the transfer's root, '' for the root. */
  *enter(name: string, path: string): Step {
    const merges = this.list.items.flatMap((item) => ('merge' in item ? [item.merge] : []));
    if (merges.length === 0) return;
    const above = this.#merged(parentOf(name));
    const here: Merged = new Map();
    for (const merge of merges) {
      const read = yield* this.tree.call({ do: 'read', path: `${path}/${merge.name}` });
      const own = read.text === undefined ? [] : rulesOf(merge, read.text, name);
      here.set(merge, merge.isInherited ? [...own, ...(above?.get(merge) ?? [])] : own);
    }
    this.#byDirectory.set(name, here);
  }

  /** The pattern for which the file, named from the transfer's root, is left out. */
  excludes(name: string, isDirectory: boolean): string | undefined {
    if (this.list.items.length === 0) return undefined;
    const merged = this.#merged(parentOf(name));
    return excludedBy(this.list.items, { name, isDirectory }, this.side, (merge) => merged?.get(merge) ?? []);
  }

  #merged(directory: string): Merged | undefined {
    for (let at = directory; ; at = parentOf(at)) {
      const found = this.#byDirectory.get(at);
      if (found !== undefined || at === '') return found;
    }
  }
}

function parentOf(name: string): string {
  const cut = name.lastIndexOf('/');
  return cut < 0 ? '' : name.slice(0, cut);
}

function rulesOf(merge: MergeFile, text: string, base: string): readonly FilterItem[] {
  const list = new FilterList();
  if (merge.onlyRules !== undefined) {
    const isCvs = merge.name === '.cvsignore';
    list.addLines(isCvs ? text.replace(/[ \t]+/g, '\n') : text, merge.onlyRules, base);
  } else for (const line of text.split('\n')) if (!/^([#;]|\s*$)/.test(line)) list.addRule(line, base);
  return list.items;
}
