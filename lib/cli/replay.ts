/** `faultline replay FILE`: plays a saved run again; exit code 1 when the journal's hash is another one. */
import { readFileSync } from 'node:fs';
import { readRunFile } from '../session/run-file';
import { isInputKind } from '../session/inputs';
import { openSession } from '../session/open-session';

export function run(args: readonly string[]): number {
  const [file] = args;
  if (file === undefined || args.length !== 1) return complain('give one saved run', 2);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return complain(`${file}: cannot be read`, 2);
  }
  const read = readRunFile(text);
  if (!read.ok) return complain(`${file}: ${read.message}`, 1);
  const saved = read.run;
  const unknown = saved.inputs.find(({ input }) => !isInputKind(input.kind));
  if (unknown !== undefined) return complain(`${file}: there is no input of kind "${unknown.input.kind}"`, 1);
  const made = openSession(saved.scenario, { seed: saved.seed });
  if (!made.ok) {
    for (const { file: where, line, column, message } of made.problems)
      process.stderr.write(`${saved.scenario.id}/${where}:${line}:${column}: ${message}\n`);
    return 1;
  }
  const { session } = made;
  session.restore(saved);
  const hash = session.run.kernel.journal.hash();
  process.stdout.write(`${hash}\n`);
  if (hash === saved.hash) return 0;
  return complain(`${file}: the run was saved with ${saved.hash} by engine ${saved.engine}`, 1);
}

function complain(message: string, code: number): number {
  process.stderr.write(`faultline replay: ${message}\n`);
  return code;
}
