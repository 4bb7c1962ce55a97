/**
 * Whether the kernel's rules are those of the file that is loaded at boot: the
 * file is loaded into an empty ruleset, and what comes of it compared with what
 * is in force. Counts do not matter, nor what traffic adds to sets.
 */
import { FileError } from '../../world/files.contract';
import type { FilterSet, FilterTable, Ruleset } from '../../world/packet-filter.contract';
import type { Host, LoadedFiles } from '../../world/world.contract';
import { checkNftables } from './checker';
import { surroundingsOf } from './file-check';
import { isListed } from './listing/ruleset';
import { includesOf } from './nft';

/** What nftables.service loads. */
const FILE = '/etc/nftables.conf';
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

/** @param packaged the file as the package puts it there: it asks for nothing */
export function loadedRules(packaged: string): LoadedFiles {
  return {
    matches: (path) => path === FILE,
    standing(host, path) {
      const text = host.fs.readFile(path, ROOT);
      if (text instanceof FileError) return undefined;
      const asked = askedRules(host, path, text);
      if (asked === undefined) return undefined;
      const isLoaded = asked === rulesText(host.world.network.ruleset(host));
      return isLoaded || text !== packaged ? { isLoaded, command: `nft -f ${path}` } : undefined;
    },
  };
}

/** The last answer of each host: the page asks several times a second. */
const known = new WeakMap<Host, { text: string; rules: string | undefined }>();

function askedRules(host: Host, path: string, text: string): string | undefined {
  const last = known.get(host);
  if (last?.text === text) return last.rules;
  const { ruleset } = checkNftables([{ path, text }], {
    surroundings: surroundingsOf(host),
    includes: includesOf({ fs: host.fs, who: ROOT, resolve: (name) => name }, []),
  });
  const rules = ruleset === undefined ? undefined : rulesText(ruleset);
  // Files that are included may change while this one stays as it is.
  if (!/^\s*include\b/m.test(text)) known.set(host, { text, rules });
  return rules;
}

function rulesText({ tables }: Ruleset): string {
  return JSON.stringify(tables.map(tableView).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}
function tableView({
  family,
  name,
  flags,
  comment,
  chains,
  sets,
  counters,
  objects,
}: FilterTable): unknown[] {
  return [
    `${family} ${name}`,
    flags,
    comment,
    chains.map((chain) => [chain.name, chain.base, chain.comment, chain.rules.map(({ text }) => text)]),
    sets.filter(isListed).map(setView),
    counters.map((counter) => counter.name),
    objects.map((object) => [object.type, object.name, object.lines]),
  ];
}
function setView({ name, type, map, flags, elements }: FilterSet): unknown[] {
  const isFilledByTraffic = flags.includes('dynamic') || flags.includes('timeout');
  return [name, type, map, flags, isFilledByTraffic ? [] : elements.map(({ text }) => text).sort()];
}
