/** `tool NAME WORDS…`: a command of a host that the recorder plays; asks at the desk and prints the answer. */
import { visitDesk } from './desk';

export function runTool([tool = '', ...words]: readonly string[]): void {
  visitDesk({ tool, words }).then(
    ({ code, out, err }) => {
      process.stdout.write(out);
      process.stderr.write(err);
      process.exitCode = code === 'timeout' ? 1 : code;
    },
    (error: unknown) => {
      process.stderr.write(`${tool}: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
