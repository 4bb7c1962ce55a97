'use client';

import { CHECKBOX } from '@/components/ui/choice-class';
import type { FaultView, SandboxView } from '@/lib/session/sandbox/view';

export type Parameter = FaultView['parameters'][number];

export const FIELD =
  'h-6 min-w-0 flex-1 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-2xs';

/** One parameter of a fault, as its type asks. */
export function Field({
  parameter,
  value,
  view,
  host,
  onChange,
}: {
  parameter: Parameter;
  value: string;
  view: SandboxView;
  host: string | undefined;
  onChange(value: string): void;
}) {
  const { name, description, type, required } = parameter;
  const choices = choicesFor(parameter, view, host);
  return (
    <label className="flex items-center gap-2" title={description}>
      <span className="w-24 shrink-0 text-muted">
        {name}
        {required ? '' : ' (optional)'}
      </span>
      {choices !== undefined ? (
        <select className={FIELD} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{required ? 'choose…' : 'not given'}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : type === 'flag' ? (
        <input
          type="checkbox"
          className={CHECKBOX}
          checked={value === 'true'}
          onChange={(event) => onChange(event.target.checked ? 'true' : '')}
        />
      ) : (
        <input
          className={FIELD}
          value={value}
          inputMode={type === 'number' || type === 'share' ? 'decimal' : undefined}
          placeholder={type === 'duration' ? '30s' : type === 'hosts' ? 'app1, app2' : description}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </label>
  );
}
/** What there is to choose from; undefined where anything may be written. */
export function choicesFor(
  { type, choices }: Parameter,
  view: SandboxView,
  host: string | undefined,
): readonly string[] | undefined {
  if (choices !== undefined) return choices;
  switch (type) {
    case 'host':
      return Object.keys(view.hosts);
    case 'zone':
      return Object.keys(view.zones);
    case 'interface':
      return Object.keys(view.hosts[host ?? '']?.interfaces ?? {});
    case 'source':
      return Object.keys(view.hosts).filter((id) => view.hosts[id]?.enable.includes('loadgen') === true);
    case 'unit':
      return view.hosts[host ?? '']?.enable;
    default:
      return undefined;
  }
}
