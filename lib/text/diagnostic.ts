/** What a checker has to say about a text. */

import { type LineIndex, type Position, type Span } from './position';

export type Severity = 'error' | 'warning' | 'notice';

/** One remark; as much of its place as is known. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly message: string;
  readonly span?: Span;
  readonly file?: string;
  /** from 1 */
  readonly line?: number;
  /** from 1 */
  readonly column?: number;
  /** a stable name for tests and help pages, for instance `unknown-keyword` */
  readonly code?: string;
}

/** `file:line:column: message`, as far as the place is known; `lines` finds the place of a span. */
export function formatDiagnostic(diagnostic: Diagnostic, lines?: LineIndex): string {
  const place = placeOf(diagnostic, lines);
  const parts = [diagnostic.file, place?.line, place?.column].filter((part) => part !== undefined);
  return parts.length === 0 ? diagnostic.message : `${parts.join(':')}: ${diagnostic.message}`;
}

/** The diagnostic with `line` and `column` filled in from its span. */
export function locateDiagnostic(diagnostic: Diagnostic, lines: LineIndex): Diagnostic {
  const place = placeOf(diagnostic, lines);
  return place === undefined ? diagnostic : { ...diagnostic, ...place };
}

function placeOf(diagnostic: Diagnostic, lines?: LineIndex): Partial<Position> | undefined {
  const { line, column, span } = diagnostic;
  if (line !== undefined) return column === undefined ? { line } : { line, column };
  return span === undefined ? undefined : lines?.positionAt(span.start);
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}
