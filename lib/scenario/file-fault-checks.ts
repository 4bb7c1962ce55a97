/** A fault that replaces a text which stands in no file would change nothing, and nobody would notice. */
import type { Entry, Path, Report } from './kinds';
import type { Scenario } from './schema';

export function checkReplacements(
  { lab, timeline, tomorrow }: Pick<Scenario, 'lab' | 'timeline' | 'tomorrow'>,
  files: Readonly<Record<string, string>>,
  report: Report,
): void {
  const changed = new Set<string>();
  const look = (fault: Entry, path: Path): void => {
    const { host, path: file, replace } = fault;
    if (fault.kind !== 'file' || typeof host !== 'string' || typeof file !== 'string') return;
    const text =
      lab.hosts[host]?.files[file]?.text ?? files[`hosts/${host}${file}`] ?? files[`hosts/_all${file}`];
    const isFirst = !changed.has(`${host}:${file}`) && fault['text'] === undefined;
    if (isFirst && text !== undefined && typeof replace === 'string' && !text.includes(replace))
      report([...path, 'replace'], `does not stand in ${file} of ${host}`);
    changed.add(`${host}:${file}`);
  };
  timeline.forEach(({ fault, faults }, index) => {
    if (fault !== undefined) look(fault, ['timeline', index, 'fault']);
    faults.forEach((entry, at) => look(entry, ['timeline', index, 'faults', at]));
  });
  tomorrow?.faults.forEach((entry, index) => look(entry, ['tomorrow', 'faults', index]));
}
