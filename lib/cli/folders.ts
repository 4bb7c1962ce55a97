/** Scenario folders on disk, as the texts that the loader takes. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const MOST_FILES = 500;
/** Larger files are no configuration. */
const MOST_BYTES = 1_000_000;

/** A folder that cannot be taken as it is. */
export class FolderError extends Error {
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`${file}:1:1: error: ${problem}`);
  }
}

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

/**
 * All text files below a scenario folder, by path relative to it; hidden ones are left alone.
 * @throws FolderError what is no text, or too large, or too many: nothing is left out in silence
 */
export function readFolder(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const read = (below: string): void => {
    for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (below === '' && entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) read(name);
      else if (entry.isFile()) files[name] = textOf(path.join(folder, name));
      else
        throw new FolderError(
          path.join(folder, name),
          'is neither a file nor a folder; links go into `files`',
        );
      if (Object.keys(files).length > MOST_FILES)
        throw new FolderError(folder, `holds more than ${MOST_FILES} files`);
    }
  };
  read('');
  return files;
}

function textOf(file: string): string {
  if (statSync(file).size > MOST_BYTES)
    throw new FolderError(file, `is larger than ${MOST_BYTES / 1_000_000} MB`);
  const bytes = readFileSync(file);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new FolderError(file, 'is no text in UTF-8');
}
