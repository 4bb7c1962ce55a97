/** The syntax of unit files: sections, assignments, continuation lines, comments. Source: systemd.syntax(7). */

export interface Assignment {
  section: string;
  key: string;
  value: string;
  line: number;
}
export interface SyntaxProblem {
  line: number;
  /** Where it stands; undefined: before any section, or no section at all. */
  section?: string;
  text: string;
}

/** Reads one file. Never fails: what cannot be read becomes a problem in systemd's words. */
export function parseUnitText(text: string): { assignments: Assignment[]; problems: SyntaxProblem[] } {
  const assignments: Assignment[] = [];
  const problems: SyntaxProblem[] = [];
  let section: string | undefined;
  for (const { line, content } of logicalLines(text)) {
    const header = /^\[(.*)\]$/.exec(content);
    if (header !== null) {
      section = header[1] ?? '';
      continue;
    }
    if (content.startsWith('[')) {
      problems.push({ line, text: `Invalid section header '${content}'` });
      continue;
    }
    if (section === undefined) {
      problems.push({ line, text: 'Assignment outside of section. Ignoring.' });
      continue;
    }
    const equals = content.indexOf('=');
    if (equals === -1) {
      problems.push({ line, section, text: "Missing '=', ignoring line." });
      continue;
    }
    const key = content.slice(0, equals).trim();
    if (key === '') problems.push({ line, section, text: "Missing key name before '=', ignoring line." });
    else assignments.push({ section, key, value: content.slice(equals + 1).trim(), line });
  }
  return { assignments, problems };
}

/** Lines with `\` continuations joined by a blank; comments inside a continuation are left out. */
function* logicalLines(text: string): Generator<{ line: number; content: string }> {
  let pending: string | undefined;
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const trimmed = raw.trimStart();
    if (trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    if (pending === undefined && trimmed === '') continue;
    const cut = raw.trimEnd();
    if (cut.endsWith('\\')) {
      pending = `${pending ?? ''}${cut.slice(0, -1)} `;
      continue;
    }
    const joined: string = pending === undefined ? raw : pending + raw;
    pending = undefined;
    if (joined.trim() !== '') yield { line: number, content: joined.trim() };
  }
  if (pending !== undefined && pending.trim() !== '') yield { line: number, content: pending.trim() };
}
