import { diffLines, type DiffLine, hunksOf, rowsOf } from '@/lib/views/line-diff';
import { cn } from './class-names';

export interface DiffViewProps {
  before: string;
  after: string;
  layout: 'split' | 'unified';
  /** What the two sides are, for the table's heads and its name. */
  names: { before: string; after: string };
}

/** Two texts compared line by line; signs as well as colours. */
export function DiffView({ before, after, layout, names }: DiffViewProps) {
  const hunks = hunksOf(diffLines(before, after));
  if (hunks.length === 0) return <p className="px-3 py-2 text-xs text-muted">No difference.</p>;
  return (
    <table
      className="w-full table-fixed border-separate border-spacing-0 font-mono text-xs leading-[1.6]"
      aria-label={`${names.before} compared with ${names.after}`}
    >
      <colgroup>{layout === 'split' ? <SplitColumns /> : <UnifiedColumns />}</colgroup>
      <thead className="sr-only">
        <tr>
          {layout === 'split' ? (
            <>
              <th colSpan={2}>{names.before}</th>
              <th colSpan={2}>{names.after}</th>
            </>
          ) : (
            <>
              <th>line before</th>
              <th>line after</th>
              <th>text</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {hunks.map(({ skipped, lines }, index) => (
          <Hunk
            key={lines[0]?.before ?? lines[0]?.after ?? index}
            skipped={skipped}
            lines={lines}
            layout={layout}
          />
        ))}
      </tbody>
    </table>
  );
}

function SplitColumns() {
  return (
    <>
      <col className="w-9" />
      <col />
      <col className="w-9" />
      <col />
    </>
  );
}
function UnifiedColumns() {
  return (
    <>
      <col className="w-8" />
      <col className="w-8" />
      <col />
    </>
  );
}

function Hunk({
  skipped,
  lines,
  layout,
}: {
  skipped: number;
  lines: readonly DiffLine[];
  layout: 'split' | 'unified';
}) {
  return (
    <>
      {skipped > 0 && (
        <tr>
          <td colSpan={layout === 'split' ? 4 : 3} className="bg-ink-2 px-3 text-2xs text-faint">
            {skipped} unchanged {skipped === 1 ? 'line' : 'lines'}
          </td>
        </tr>
      )}
      {layout === 'split'
        ? rowsOf(lines).map(({ left, right }) => (
            <tr key={`${left?.before ?? ''} ${right?.after ?? ''}`} className="align-top">
              <Side line={left} side="before" />
              <Side line={right} side="after" />
            </tr>
          ))
        : lines.map((line) => (
            <tr key={`${line.before ?? ''} ${line.after ?? ''}`} className={cn('align-top', TINT[line.kind])}>
              <Number value={line.before} />
              <Number value={line.after} />
              <Words line={line} />
            </tr>
          ))}
    </>
  );
}

const TINT = { same: '', added: 'bg-ok-soft text-ok', removed: 'bg-broken-soft text-broken-text' } as const;
const SIGN = { same: ' ', added: '+', removed: '-' } as const;

function Side({ line, side }: { line: DiffLine | undefined; side: 'before' | 'after' }) {
  if (line === undefined) return <td colSpan={2} className="bg-ink-2" />;
  return (
    <>
      <td className={cn('select-none pr-2 text-right text-2xs text-muted', TINT[line.kind])}>{line[side]}</td>
      <Words line={line} className={TINT[line.kind]} />
    </>
  );
}

function Number({ value }: { value: number | undefined }) {
  return <td className="select-none pr-1 text-right text-2xs text-muted">{value}</td>;
}

function Words({ line: { kind, text }, className }: { line: DiffLine; className?: string }) {
  return (
    <td className={cn('whitespace-pre-wrap break-words pl-2 pr-2', className)}>
      <span
        aria-label={kind === 'same' ? undefined : kind}
        role={kind === 'same' ? undefined : 'img'}
        className="select-none"
      >
        {SIGN[kind]}{' '}
      </span>
      {text}
    </td>
  );
}
