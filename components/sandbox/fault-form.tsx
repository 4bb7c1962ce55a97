'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SelectField } from '@/components/ui/field';
import { useRun } from '@/components/workbench/run-context';
import type { FaultEntry } from '@/lib/session/sandbox/document';
import type { FaultView, SandboxView } from '@/lib/session/sandbox/view';
import { choicesFor, Field, FIELD, type Parameter } from './fault-field';
import { cardsOf } from './link-faults';
import { useBuilder } from './sandbox-context';

type Values = Record<string, string>;

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

/** What is to be broken: a machine, all of a zone, a link at one of its ends; or whatever the form is told. */
export interface FaultTarget {
  host?: string | undefined;
  zone?: string | undefined;
  link?: string | undefined;
}

export function FaultDialog({ target, fault }: { target: FaultTarget; fault: string | undefined }) {
  const { store } = useBuilder();
  const view = useRun((state) => state.sandbox);
  const close = () => store.setState({ dialog: undefined });
  return (
    <Dialog
      title={`Break ${nameOf(target, view)}`}
      description="Faults act on physical things: power, cables, disks, processes."
      onClose={close}
    >
      <div className="overflow-auto px-5 py-4">
        <FaultForm target={target} fault={fault} onDone={close} />
      </div>
    </Dialog>
  );
}
function nameOf({ host, zone, link }: FaultTarget, view: SandboxView | undefined): string {
  const wire = view?.links.find(({ id }) => id === link);
  if (wire !== undefined) return `the link of ${wire.from} and ${wire.to}`;
  return host ?? (zone === undefined ? 'something' : `zone ${view?.zones[zone]?.label ?? zone}`);
}

/** A fault's form, made from its table of parameters; now, or at a time. */
export function FaultForm({
  target,
  fault,
  onDone,
}: {
  target: FaultTarget;
  fault?: string | undefined;
  onDone?(): void;
}) {
  const faults = useFaults();
  const [kind, setKind] = useState(fault ?? 'power-loss');
  const [values, setValues] = useState<Values>({});
  const [end, setEnd] = useState(0);
  const [after, setAfter] = useState('');
  const [lasts, setLasts] = useState('');
  const builder = useBuilder();
  const view = useRun((state) => state.sandbox);
  const now = useRun((state) => Math.floor(state.time.at / 1_000_000));
  const chosen = faults.find((entry) => entry.kind === kind);
  if (chosen === undefined || view === undefined) return <p className="text-xs text-muted">One moment…</p>;
  const { zone } = target;
  const inZone = Object.keys(view.hosts).filter((id) => zone !== undefined && view.hosts[id]?.zone === zone);
  const link = view.links.find(({ id }) => id === target.link);
  const cards = link === undefined ? [] : cardsOf(view, link);
  const card = cards[end];
  const given = onlyKnown({
    host: target.host ?? card?.host ?? inZone[0],
    interface: card?.interface,
    zone,
  });
  const filled = withDefaults(chosen, { ...given, ...values }, view);
  const missing = chosen.parameters.filter(({ name, required }) => required && (filled[name] ?? '') === '');
  const takesHost = chosen.parameters.some(({ type }) => type === 'host');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const seconds = Number(after);
    const each = takesHost && inZone.length > 0 ? inZone.map((host) => ({ ...filled, host })) : [filled];
    let done = false;
    for (const one of each) {
      const entry: FaultEntry = {
        kind,
        ...typed(chosen, one),
        ...(chosen.mends && Number(lasts) > 0 ? { for: `${Number(lasts)}s` } : {}),
      };
      done =
        seconds > 0
          ? (await builder.act({ do: 'plan-fault', at: now + seconds, fault: entry })) !== undefined
          : await builder.strike(entry);
    }
    if (done) onDone?.();
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
      {cards.length > 1 && (
        <label className="flex items-center gap-2">
          <span className="w-24 shrink-0 text-muted">at which end</span>
          <select
            className={FIELD}
            value={end}
            onChange={(event) => {
              setEnd(Number(event.target.value));
              setValues({});
            }}
          >
            {cards.map(({ host, interface: device }, index) => (
              <option key={host} value={index}>
                {host} {device}
              </option>
            ))}
          </select>
        </label>
      )}
      {zone !== undefined && takesHost && (
        <p className="text-muted">
          On each of {inZone.length === 0 ? 'its machines: there are none' : inZone.join(', ')}.
        </p>
      )}
      {chosen.parameters
        .filter(({ type }) => !(zone !== undefined && type === 'host'))
        .map((parameter) => (
          <Field
            key={parameter.name}
            parameter={parameter}
            value={filled[parameter.name] ?? ''}
            view={view}
            host={filled['host']}
            onChange={(value) => setValues((before) => ({ ...before, [parameter.name]: value }))}
          />
        ))}
      <Seconds label="begins in" placeholder="now" value={after} onChange={setAfter} />
      {chosen.mends && <Seconds label="mends after" placeholder="stays" value={lasts} onChange={setLasts} />}
      <Button type="submit" look="danger" disabled={missing.length > 0} className="w-full">
        {missing.length > 0
          ? `Say ${missing.map(({ name }) => name).join(', ')}`
          : Number(after) > 0
            ? `Break it in ${after} s`
            : 'Break it now'}
      </Button>
    </form>
  );
}
/** Only what is known. */
function onlyKnown(values: Readonly<Record<string, string | undefined>>): Values {
  const known: Values = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) known[name] = value;
  return known;
}

function Seconds({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange(value: string): void;
}) {
  return (
    <label className="flex items-center gap-2 text-muted">
      <span className="w-24 shrink-0">{label}</span>
      <input
        type="number"
        min={0}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        className="h-6 w-20 rounded-md border border-line-strong bg-ink-0 px-2 font-mono text-2xs"
      />
      s
    </label>
  );
}

function withDefaults(fault: FaultView, values: Values, view: SandboxView): Values {
  const filled: Values = { ...values };
  for (const parameter of fault.parameters) {
    if (filled[parameter.name] !== undefined || !parameter.required || parameter.type === 'host') continue;
    const [only] = choicesFor(parameter, view, filled['host']) ?? [];
    if (only !== undefined) filled[parameter.name] = only;
  }
  return filled;
}
/** Texts of the form as the kind's table wants them. */
function typed(fault: FaultView, values: Values): FaultEntry {
  const entry: FaultEntry = {};
  for (const { name, type } of fault.parameters) {
    const value = values[name] ?? '';
    if (value !== '') entry[name] = valueOf(type, value);
  }
  return entry;
}
function valueOf(type: Parameter['type'], value: string): FaultEntry[string] {
  switch (type) {
    case 'number':
    case 'share':
      return Number(value);
    case 'flag':
      return value === 'true';
    case 'hosts':
      return value.split(/[\s,]+/).filter((host) => host !== '');
    default:
      return value;
  }
}
