/** Lines of a host's logs for the page: the journal's entries, or the end of a file. */
import { ROOT } from '../world/files';
import { FileError } from '../world/files.contract';
import type { Host, LoggedEntry } from '../world/world.contract';
import type { LogLine, LogQuery } from './messages';

const PRIORITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

export function logLines(host: Host, query: LogQuery): LogLine[] {
  if (query.path !== undefined) return fileLines(host, query, query.path);
  const lines: LogLine[] = [];
  const least = query.priority === undefined ? 7 : PRIORITIES.indexOf(query.priority);
  const { log } = host.state;
  for (let index = log.length - 1; index >= 0 && lines.length < query.limit; index--) {
    const entry = log[index];
    if (entry === undefined || PRIORITIES.indexOf(entry.priority) > least) continue;
    const unit = unitOf(entry);
    if (query.unit !== undefined && unit !== query.unit && `${query.unit}.service` !== unit) continue;
    if (
      query.grep !== undefined &&
      !`${entry.tag} ${entry.text}`.toLowerCase().includes(query.grep.toLowerCase())
    )
      continue;
    lines.push({
      seq: entry.seq,
      clock: entry.at,
      host: host.name,
      unit: entry.tag,
      priority: entry.priority,
      text: entry.text,
    });
  }
  return lines.reverse();
}
function unitOf(entry: LoggedEntry): string {
  return entry.about ?? entry.unit ?? entry.tag;
}

function fileLines(host: Host, query: LogQuery, path: string): LogLine[] {
  const text = host.fs.readFile(path, ROOT);
  if (text instanceof FileError) return [];
  return text
    .split('\n')
    .filter(
      (line) =>
        line !== '' && (query.grep === undefined || line.toLowerCase().includes(query.grep.toLowerCase())),
    )
    .slice(-query.limit)
    .map((line, seq) => ({ seq, clock: 0, host: host.name, unit: path, priority: 'info', text: line }));
}
