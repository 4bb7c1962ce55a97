/** What verbs share: unit names from arguments, who may, and warnings. */
import { globMatches, mangle } from '../unit-file/names';
import type { Call, Run } from './output';
import { isPattern } from '../../../std/fnmatch';

/** The time that reading all unit files takes. */
export const RELOAD_MICROS = 45_000;
/** Unit names from arguments; patterns stand for the loaded units they match. */
export function unitNames(call: Call, suffix = '.service'): string[] {
  return call.args.flatMap((argument) => {
    const name = mangle(argument, suffix);
    if (!isPattern(name)) return [name];
    return [...call.manager.state.units.keys()].filter((candidate) => globMatches(name, candidate)).sort();
  });
}
export function* refuseUnlessRoot(call: Call, text: string, code: number): Run<number | undefined> {
  if (call.context.who.uid === 0) return undefined;
  yield* call.context.err(text);
  return code;
}
/** The files of a unit are not those that the manager read. */
export function* warnIfStale(call: Call, name: string): Run<void> {
  const unit = call.manager.unit(name);
  if (unit === undefined || !call.manager.isStale(unit)) return;
  yield* call.context.err(
    `Warning: The unit file, source configuration file or drop-ins of ${unit.definition.name} changed on disk. Run 'systemctl daemon-reload' to reload units.\n`,
  );
}
