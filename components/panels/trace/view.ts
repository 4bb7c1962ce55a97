/** One request hop by hop, with the rule or line that decided. */
import type { TraceView } from '@/lib/session/messages';
import { durationText, offsetText } from '@/lib/views/times';
import { type FieldRow, fieldRows } from '@/lib/views/trace-steps';

export interface HopRow {
  key: number;
  after: string;
  host: string;
  what: string;
  verdict: string;
  outcome: 'ok' | 'wait' | 'bad';
  rule: { place: string; text: string } | undefined;
  line: { path: string; line: number; name: string } | undefined;
  fields: FieldRow[];
}

export function traceTitle({ label, outcome, micros }: TraceView): string {
  return `${label} · ${outcome} · ${durationText(micros)}`;
}

export function hopRows({ hops }: TraceView): HopRow[] {
  return hops.map((hop, key) => ({ ...rowOf(hop), key }));
}
function rowOf(hop: TraceView['hops'][number]): Omit<HopRow, 'key'> {
  const { after, host, what, text, verdict, outcome, rule, line } = hop;
  return {
    fields: fieldRows(hop),
    after: offsetText(after),
    host,
    what: [what, withoutRule(text, rule?.text)].filter((part) => part !== '').join(' · '),
    verdict,
    outcome,
    rule:
      rule === undefined
        ? undefined
        : { place: `${rule.table} ${rule.chain} handle ${rule.handle}`, text: rule.text },
    line:
      line === undefined
        ? undefined
        : { ...line, name: `${line.path.split('/').at(-1) ?? line.path}:${line.line}` },
  };
}

/** The rule stands on a line of its own. */
function withoutRule(text: string, rule: string | undefined): string {
  return rule === undefined || !text.endsWith(rule) ? text : text.slice(0, -rule.length).replace(/:? $/, '');
}
