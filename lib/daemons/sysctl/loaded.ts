/** Whether the kernel has the settings of a file. What a later file sets otherwise is that file's matter. */
import { FileError } from '../../world/files.contract';
import type { Host, LoadedFiles } from '../../world/world.contract';
import { keyOf, systemFiles } from './sysctl';

const ROOT = { uid: 0, gid: 0, groups: [] as number[] };

export const loadedSettings: LoadedFiles = {
  matches: (path) => /^\/etc\/sysctl\.(?:conf|d\/[^/]+\.conf)$/.test(path),
  standing(host, path) {
    const later = laterKeys(host, path);
    const own = [...settingsOf(host, path)].filter(
      ([key]) => !later.has(key) && host.sysctl(key) !== undefined,
    );
    if (own.length === 0) return undefined;
    const isLoaded = own.every(([key, value]) => inOneForm(host.sysctl(key) ?? '') === inOneForm(value));
    return { isLoaded, command: `sysctl -p ${path}` };
  },
};

function laterKeys(host: Host, path: string): Set<string> {
  const files = systemFiles({ fs: host.fs, who: ROOT });
  const place = files.indexOf(path);
  const later = place < 0 ? [] : files.slice(place + 1);
  return new Set(later.flatMap((file) => [...settingsOf(host, file).keys()]));
}

/** Assignments of one key; patterns are left out. */
function settingsOf(host: Host, path: string): Map<string, string> {
  const text = host.fs.readFile(path, ROOT);
  const settings = new Map<string, string>();
  if (text instanceof FileError) return settings;
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*-?([^#;=*]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings.set(keyOf(name.trim()), value);
  }
  return settings;
}
const inOneForm = (value: string): string => value.trim().split(/\s+/).join(' ');
