'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SelectField } from '@/components/ui/field';
import { useRun } from '@/components/workbench/run-context';
import type { FaultView, SandboxView } from '@/lib/session/sandbox/view';
import { useBuilder } from './sandbox-context';

type Values = Record<string, string>;
type Parameter = FaultView['parameters'][number];

/** The faults of the registry, asked for once. */
export function useFaults(): readonly FaultView[] {
  const builder = useBuilder();
  const [faults, setFaults] = useState<readonly FaultView[]>([]);
  useEffect(() => {
    let left = false;
    void builder.ask({ kind: 'faults' }, 'faults').then((reply) => {
      if (!left && reply !== undefined) setFaults(reply.faults);
    });
    return () => {
      left = true;
    };
  }, [builder]);
  return faults;
}

export function FaultDialog({
  host,
  zone,
  fault,
}: {
  host: string | undefined;
  zone: string | undefined;
  fault: string | undefined;
}) {
  const { store } = useBuilder();
  const close = () => store.setState({ dialog: undefined });
  const what = host ?? zone ?? 'something';
  return (
    <Dialog
      title={`Break ${what}`}
      description="Faults act on physical things: power, cables, disks, processes."
      onClose={close}
    >
      <div className="overflow-auto px-5 py-4">
        <FaultForm host={host} zone={zone} fault={fault} onDone={close} />
      </div>
    </Dialog>
  );
}

/** A fault's form, made from its table of parameters; now, or at a time. */
export function FaultForm({
  host: given,
  zone,
  fault,
  onDone,
}: {
  host: string | undefined;
  /** Every machine of it. */
  zone?: string | undefined;
  fault?: string | undefined;
  onDone?(): void;
}) {
  const faults = useFaults();
  const [kind, setKind] = useState(fault ?? 'power-loss');
  const [values, setValues] = useState<Values>({});
  const [after, setAfter] = useState('');
  const builder = useBuilder();
  const view = useRun((state) => state.sandbox);
  const now = useRun((state) => Math.floor(state.time.at / 1_000_000));
  const chosen = faults.find((entry) => entry.kind === kind);
  const inZone = Object.keys(view?.hosts ?? {}).filter(
    (id) => zone !== undefined && view?.hosts[id]?.zone === zone,
  );
  const host = given ?? inZone[0];
  if (chosen === undefined || view === undefined) return <p className="text-xs text-muted">One moment…</p>;
  const filled = withDefaults(chosen, values, host, view);
  const missing = chosen.parameters.filter(({ name, required }) => required && (filled[name] ?? '') === '');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const seconds = Number(after);
    let made: string[] | undefined;
    for (const target of inZone.length === 0 ? [filled['host']] : inZone) {
      const entry = { kind, ...typed(chosen, target === undefined ? filled : { ...filled, host: target }) };
      made =
        after !== '' && seconds > 0
          ? await builder.act({ do: 'plan-fault', at: now + seconds, fault: entry })
          : await strikeNow(builder, entry);
    }
    if (made !== undefined) onDone?.();
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-2 text-xs">
      <SelectField
        label="Fault"
        className="h-7 w-full"
        value={kind}
        onChange={(event) => {
          setKind(event.target.value);
          setValues({});
        }}
        choices={faults.map((entry) => ({ value: entry.kind, text: entry.title }))}
      />
      <p className="text-muted">{chosen.description}</p>
      {chosen.parameters.map((parameter) => (
        <Field
          key={parameter.name}
          parameter={parameter}
          value={filled[parameter.name] ?? ''}
          view={view}
          host={filled['host']}
          onChange={(value) => setValues((before) => ({ ...before, [parameter.name]: value }))}
        />
      ))}
      <label className="flex items-center gap-2 text-muted">
        <span className="w-24 shrink-0">in so many seconds</span>
        <input
          type="number"
          min={0}
          value={after}
          placeholder="now"
          onChange={(event) => setAfter(event.target.value)}
          className="h-6 w-20 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-2xs"
        />
      </label>
      <Button type="submit" look="danger" disabled={missing.length > 0} className="w-full">
        {missing.length > 0
          ? `Say ${missing.map(({ name }) => name).join(', ')}`
          : after === ''
            ? 'Break it now'
            : `Break it in ${after} s`}
      </Button>
    </form>
  );
}
async function strikeNow(
  builder: ReturnType<typeof useBuilder>,
  fault: Record<string, string | number | boolean>,
): Promise<string[] | undefined> {
  const reply = await builder.ask({ kind: 'strike', fault }, 'edited');
  if (reply !== undefined) builder.say(reply.said);
  return reply?.made;
}

const FIELD = 'h-6 min-w-0 flex-1 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-2xs';

function Field({
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
          checked={value === 'true'}
          onChange={(event) => onChange(event.target.checked ? 'true' : '')}
        />
      ) : (
        <input
          className={FIELD}
          value={value}
          inputMode={type === 'number' || type === 'share' ? 'decimal' : undefined}
          placeholder={type === 'duration' ? '30s' : description}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </label>
  );
}
function choicesFor(
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
function withDefaults(fault: FaultView, values: Values, host: string | undefined, view: SandboxView): Values {
  const filled: Values = { ...values };
  for (const parameter of fault.parameters) {
    if (filled[parameter.name] !== undefined) continue;
    if (parameter.type === 'host' && host !== undefined) filled[parameter.name] = host;
    else if (parameter.required) {
      const choices = choicesFor(parameter, view, filled['host'] ?? host);
      const [only] = choices ?? [];
      if (only !== undefined && parameter.type !== 'host') filled[parameter.name] = only;
    }
  }
  return filled;
}
/** Texts of the form as the kind's table wants them. */
function typed(fault: FaultView, values: Values): Record<string, string | number | boolean> {
  const entry: Record<string, string | number | boolean> = {};
  for (const { name, type } of fault.parameters) {
    const value = values[name] ?? '';
    if (value === '') continue;
    entry[name] =
      type === 'number' || type === 'share' ? Number(value) : type === 'flag' ? value === 'true' : value;
  }
  return entry;
}
