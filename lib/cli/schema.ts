/** `faultline schema [--check]`: writes the JSON Schema and the tables of kinds in docs/SCENARIOS.md, or says that they are stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kindTables, scenarioJsonSchema } from '../scenario/schema-json';
import { readArguments } from './arguments';

/** What belongs in which file, by path in the project. */
export function generated(read: (file: string) => string): Map<string, string> {
  const { faults, objectives } = kindTables();
  let docs = read('docs/SCENARIOS.md');
  for (const [name, table] of [
    ['faults', faults],
    ['objectives', objectives],
  ] as const)
    docs = docs.replace(
      new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`),
      (_all, begin: string, end: string) => `${begin}\n${table}\n\n${end}`,
    );
  return new Map([
    ['public/schema/scenario.json', `${JSON.stringify(scenarioJsonSchema(), undefined, 1)}\n`],
    ['docs/SCENARIOS.md', docs],
  ]);
}

export function run(args: readonly string[]): number {
  const options = readArguments(args, { values: [], flags: ['check'] });
  if (typeof options === 'string') {
    process.stderr.write(`faultline schema: ${options}\n`);
    return 2;
  }
  const root = process.env['FAULTLINE_ROOT'] ?? process.cwd();
  const read = (file: string): string => {
    try {
      return readFileSync(path.join(root, file), 'utf8');
    } catch {
      return '';
    }
  };
  let stale = 0;
  for (const [file, text] of generated(read)) {
    if (read(file) === text) continue;
    if (options.flags.has('check')) {
      process.stderr.write(`${file} is stale: run \`npm run schema\`\n`);
      stale += 1;
      continue;
    }
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    process.stdout.write(`${file} written\n`);
  }
  return stale === 0 ? 0 : 1;
}
