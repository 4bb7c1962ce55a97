/** Scenario folders on disk, as the texts that the loader takes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const MOST_FILES = 500;
const MOST_BYTES = 2_000_000;

/** The folders that `given` names: a scenario folder, its scenario.yaml, or a folder of scenario folders. */
export function scenarioFolders(given: string): string[] {
  const full = path.resolve(given);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path.dirname(full)];
  if (existsSync(path.join(full, 'scenario.yaml'))) return [full];
  return readdirSync(full)
    .map((name) => path.join(full, name))
    .filter((folder) => existsSync(path.join(folder, 'scenario.yaml')))
    .sort();
}

/** All text files below a scenario folder, by path relative to it. */
export function readFolder(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const read = (below: string): void => {
    for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) read(name);
      else if (
        entry.isFile() &&
        Object.keys(files).length < MOST_FILES &&
        statSync(path.join(folder, name)).size <= MOST_BYTES
      ) {
        files[name] = readFileSync(path.join(folder, name), 'utf8');
      }
    }
  };
  read('');
  return files;
}
