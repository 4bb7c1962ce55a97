/** `faultline new ID`: a scenario folder to begin with. It passes `check` and `prove` as it is. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments';
import { skeleton } from './skeleton';

export function run(args: readonly string[]): number {
  const read = readArguments(args, { values: ['in'], flags: [] });
  if (typeof read === 'string') return complain(read);
  // `faultline new scenario ID` is understood too.
  const operands = read.operands[0] === 'scenario' ? read.operands.slice(1) : read.operands;
  const [id] = operands;
  if (id === undefined || operands.length !== 1) return complain('give the id of the new scenario');
  if (!/^[a-z0-9][a-z0-9-]*$/.test(id))
    return complain(`"${id}": expected lower-case letters, digits and dashes`);
  const folder = path.join(read.values.get('in') ?? 'scenarios', id);
  if (existsSync(folder)) return complain(`${folder} exists already`);
  const root = process.env['FAULTLINE_ROOT'] ?? process.cwd();
  const schema = path.relative(folder, path.join(root, 'public/schema/scenario.json'));
  for (const [file, text] of Object.entries(skeleton(id, schema))) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  process.stdout.write(
    `${folder} is there. Next: edit it, then\n  npx faultline check ${folder}\n  npx faultline prove ${folder}\nThe format: docs/SCENARIOS.md\n`,
  );
  return 0;
}
function complain(message: string): number {
  process.stderr.write(`faultline new: ${message}\n`);
  return 2;
}
