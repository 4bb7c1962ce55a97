/** `faultline check PATH…`: schema and references, as file:line:column. */
import path from 'node:path';
import { loadScenario, type ScenarioProblem } from '../scenario/load';
import { installationProblems } from '../session/installation';
import { FolderError, readFolder, scenarioFolders } from './folders';

/** So many seeds show each choice of most variants. */
const SEEDS = 8;
/** Problems with any of the first seeds, each once. */
function problemsOf(files: Record<string, string>): ScenarioProblem[] {
  const first = loadScenario(files);
  first.problems.push(...installationProblems(first));
  if (first.scenario === undefined || first.drawn.size === 0) return first.problems;
  const known = new Map(first.problems.map((problem) => [JSON.stringify(problem), problem]));
  for (let seed = 2; seed <= SEEDS; seed++)
    for (const problem of loadScenario(files, seed).problems) known.set(JSON.stringify(problem), problem);
  return [...known.values()];
}

function problemsIn(folder: string): ScenarioProblem[] {
  try {
    return problemsOf(readFolder(folder));
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    const file = path.relative(folder, error.file);
    return [{ severity: 'error', file, line: 1, column: 1, message: error.problem }];
  }
}

export function run(args: readonly string[]): number {
  if (args.length === 0) {
    process.stderr.write('faultline check: give a scenario folder, or a folder of them\n');
    return 2;
  }
  let errors = 0;
  for (const given of args) {
    const folders = scenarioFolders(given);
    if (folders.length === 0) {
      process.stderr.write(`${given}: there is no scenario here (no scenario.yaml)\n`);
      errors += 1;
    }
    for (const folder of folders) {
      const problems = problemsIn(folder);
      for (const { file, line, column, severity, message } of problems) {
        process.stderr.write(
          `${path.relative(process.cwd(), path.join(folder, file))}:${line}:${column}: ${severity}: ${message}\n`,
        );
      }
      const wrong = problems.filter(({ severity }) => severity === 'error').length;
      errors += wrong;
      if (wrong === 0) process.stdout.write(`${path.relative(process.cwd(), folder) || '.'}: well formed\n`);
    }
  }
  return errors === 0 ? 0 : 1;
}
