/** All configuration files that the project knows: of recorded labs and hosts, of packages, of scenarios. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeRegistry } from '../../lib/session/plug-ins';
import { sourcesOfScenarios } from '../scenario-folders';
import { LANGUAGES } from './languages';
import { large } from './large';

export interface Fixture {
  /** Where it is from. */
  readonly from: string;
  readonly text: string;
}

let collected: Map<string, Fixture[]> | undefined;

/** By language, each text once. */
export function fixturesOf(language: string): readonly Fixture[] {
  collected ??= collect();
  return collected.get(language) ?? [];
}

function collect(): Map<string, Fixture[]> {
  const found = new Map<string, Fixture[]>(
    LANGUAGES.map(({ name }) => [name, [{ from: 'written for the tests', text: large(name, 500) }]]),
  );
  const seen = new Set<string>();
  const take = (file: string, text: string, from: string): void => {
    for (const { name, matches } of LANGUAGES) {
      if (!matches.test(file) || seen.has(`${name}\0${text}`)) continue;
      seen.add(`${name}\0${text}`);
      found.get(name)?.push({ from, text });
    }
  };
  for (const folder of ['labs', 'hosts']) {
    const directory = path.join('tests/conformance', folder);
    for (const name of readdirSync(directory).filter((entry) => entry.endsWith('.json')))
      walk(JSON.parse(readFileSync(path.join(directory, name), 'utf8')), (file, text) =>
        take(file, text, `${folder}/${name} ${file}`),
      );
  }
  const registry = makeRegistry();
  for (const name of registry.packages())
    for (const [file, spec] of Object.entries(registry.packageFiles(name) ?? {}))
      if (spec.text !== undefined) take(file, spec.text, `package ${name} ${file}`);
  for (const { id, files } of sourcesOfScenarios())
    for (const [file, text] of Object.entries(files)) {
      const place = /^hosts\/[^/]+(\/.*)$/.exec(file)?.[1];
      if (place !== undefined) take(place, text, `scenario ${id} ${file}`);
    }
  return found;
}

/** Every object called `files` holds paths and texts. */
function walk(value: unknown, take: (file: string, text: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'files' && typeof item === 'object' && item !== null)
      for (const [file, content] of Object.entries(item as Record<string, unknown>)) {
        const text = typeof content === 'string' ? content : (content as { text?: unknown } | null)?.text;
        if (typeof text === 'string') take(file, text);
      }
    walk(item, take);
  }
}
