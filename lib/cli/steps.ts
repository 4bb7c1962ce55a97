/** `faultline steps FILE`: a run that was played by hand and saved, as the steps of a solution. */
import { readFileSync } from 'node:fs';
import { readRunFile } from '../session/run-file';
import { solutionText, stepsOf } from '../session/save-as-solution';
import { readArguments } from './arguments';

export function run(args: readonly string[]): number {
  const read = readArguments(args, { values: ['id'], flags: [] });
  if (typeof read === 'string') return complain(read);
  const [file] = read.operands;
  if (file === undefined || read.operands.length !== 1) return complain('give one saved run');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return complain(`${file}: cannot be read`);
  }
  const saved = readRunFile(text);
  if (!saved.ok) return complain(`${file}: ${saved.message}`);
  const id = read.values.get('id') ?? 'played-by-hand';
  process.stdout.write(solutionText(stepsOf(saved.run.inputs), { id, title: 'As it was played' }));
  return 0;
}
function complain(message: string): number {
  process.stderr.write(`faultline steps: ${message}\n`);
  return 2;
}
