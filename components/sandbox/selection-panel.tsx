'use client';

import { Copy, Link2, Lock, SquareTerminal, Trash2, Unlock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { useHandles, useRun } from '@/components/workbench/run-context';
import { useOpenTerminal } from '@/components/workbench/use-open-terminal';
import { FLOW_WORD } from '@/lib/session/sandbox/palette';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { KIND_WORD } from '@/lib/views/tones';
import { align, type Alignment, duplicate, removeSelected } from './commands';
import { partitionOf } from './link-faults';
import { LinkPart } from './link-part';
import { useBuilder, useSandboxUi } from './sandbox-context';
import { Tools } from './tools';

/** What is selected: its name, address, links, and what can be done with it. */
export function SelectionPanel({ view }: { view: SandboxView }) {
  const selected = useSandboxUi((ui) => ui.selected);
  const [only] = selected;
  // In another attempt, or looking back, it may not be there.
  const isThere =
    selected.length > 1 ||
    only?.startsWith('link:') ||
    [view.hosts, view.zones, view.environments].some((parts) => parts[only ?? ''] !== undefined);
  if (only === undefined || !isThere)
    return (
      <p className="text-xs text-muted">
        Nothing is selected. Choose something on the map to change it here.
      </p>
    );
  if (selected.length > 1) return <Several count={selected.length} view={view} />;
  if (only.startsWith('link:')) return <LinkPart id={only.slice(5)} view={view} />;
  if (view.hosts[only] !== undefined) return <HostPart key={only} id={only} view={view} />;
  if (view.zones[only] !== undefined) return <ZonePart key={only} id={only} view={view} />;
  return <EnvironmentPart id={only} view={view} />;
}

/** A text that is told when somebody leaves it or presses Enter. */
function Line({
  label,
  value,
  disabled,
  onChange,
}: {
  label: string;
  value: string;
  disabled?: boolean;
  onChange(text: string): void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const tell = () => {
    if (text.trim() !== value && text.trim() !== '') onChange(text.trim());
    else setText(value);
  };
  return (
    <label className="flex items-center gap-2 text-xs">
      <span className="w-16 shrink-0 text-muted">{label}</span>
      <input
        value={text}
        disabled={disabled}
        spellCheck={false}
        className="h-6 min-w-0 flex-1 rounded-md border border-line-strong bg-ink-0 px-1.5 font-mono text-2xs disabled:opacity-60"
        onChange={(event) => setText(event.target.value)}
        onBlur={tell}
        onKeyDown={(event) => event.key === 'Enter' && tell()}
      />
    </label>
  );
}
function HostPart({ id, view }: { id: string; view: SandboxView }) {
  const { act, store } = useBuilder();
  const openTerminal = useOpenTerminal();
  const host = view.hosts[id];
  if (host === undefined) return null;
  const links = view.links.flatMap(({ flows }) => flows).filter(({ from, to }) => from === id || to === id);
  const known = [...new Map(links.map((flow) => [`${flow.from} ${flow.to} ${flow.flow}`, flow])).values()];
  return (
    <div className="space-y-1.5">
      <p className="text-2xs text-faint">
        {KIND_WORD[host.kind]} in {view.zones[host.zone]?.label}
      </p>
      <Line label="Name" value={id} onChange={(name) => void act({ do: 'rename', id, name })} />
      {Object.entries(host.interfaces).map(([device, { address }]) => (
        <Line
          key={device}
          label={device}
          value={address}
          onChange={(text) => void act({ do: 'address', id, device, address: text })}
        />
      ))}
      <Line
        label="About"
        value={host.description}
        onChange={(description) => void act({ do: 'describe', id, description })}
      />
      {host.packages.includes('loadgen') && host.enable.includes('loadgen') && <Rate host={id} />}
      <Packages id={id} view={view} />
      {known.length > 0 && (
        <ul aria-label="Links" className="space-y-0.5 text-2xs">
          {known.map(({ from, to, flow }) => (
            <li key={`${from} ${to} ${flow}`} className="flex items-center gap-1 font-mono">
              <span className="min-w-0 flex-1 truncate">
                {from === id ? `→ ${to}` : `← ${from}`} <span className="text-faint">{flow}</span>
              </span>
              <button
                type="button"
                className="px-1 text-muted hover:text-broken"
                aria-label={`Take away ${FLOW_WORD[flow].title} from ${from} to ${to}`}
                onClick={() => void act({ do: 'disconnect', flows: [{ from, to, flow }] })}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <Tools>
        <Button size="small" onClick={() => store.setState({ dialog: { kind: 'connect', from: id } })}>
          <Link2 size={11} /> Connect
        </Button>
        <Button size="small" onClick={() => openTerminal(id)}>
          <SquareTerminal size={11} /> Terminal
        </Button>
        <CommonTools id={id} locked={host.locked === true} />
      </Tools>
    </div>
  );
}

function CommonTools({ id, locked }: { id: string; locked: boolean }) {
  const builder = useBuilder();
  const handles = useHandles();
  return (
    <>
      <Button size="small" onClick={() => void duplicate({ builder, handles })}>
        <Copy size={11} /> Duplicate
      </Button>
      <Button
        size="small"
        aria-pressed={locked}
        onClick={() => void builder.act({ do: 'lock', ids: [id], locked: !locked })}
      >
        {locked ? <Unlock size={11} /> : <Lock size={11} />} {locked ? 'Unlock' : 'Lock'}
      </Button>
      <Button size="small" look="danger" onClick={() => removeSelected({ builder, handles })}>
        <Trash2 size={11} /> Remove
      </Button>
    </>
  );
}

/** Requests per second, on a slider whose steps double. */
export function Rate({ host }: { host: string }) {
  const { act } = useBuilder();
  const [step, setStep] = useState<number>();
  const rate = step === undefined ? undefined : Math.round(2 ** step * 10) / 10;
  return (
    <label className="flex items-center gap-2 text-xs">
      <span className="w-16 shrink-0 text-muted">Traffic</span>
      <input
        type="range"
        min={-1}
        max={10}
        step={0.5}
        value={step ?? 4}
        aria-valuetext={rate === undefined ? 'unchanged' : `${rate} requests a second`}
        className="min-w-0 flex-1"
        onChange={(event) => setStep(Number(event.target.value))}
        onPointerUp={() => rate !== undefined && void act({ do: 'rate', host, rate })}
        onKeyUp={() => rate !== undefined && void act({ do: 'rate', host, rate })}
      />
      <span className="w-12 text-right font-mono text-2xs text-muted">
        {rate === undefined ? '' : `${rate}/s`}
      </span>
    </label>
  );
}

const SERVICES: Readonly<Record<string, string>> = {
  haproxy: 'haproxy',
  keepalived: 'keepalived',
  nginx: 'nginx',
  nftables: 'nftables',
  dnsmasq: 'dnsmasq',
  'shop-app': 'shop',
};
function Packages({ id, view }: { id: string; view: SandboxView }) {
  const { act } = useBuilder();
  const packages = useRun((state) => state.sandbox?.packages) ?? [];
  const host = view.hosts[id];
  if (host === undefined) return null;
  const free = Object.keys(SERVICES).filter(
    (name) => packages.includes(name) && !host.packages.includes(name),
  );
  return (
    <label className="flex items-center gap-2 text-xs">
      <span className="w-16 shrink-0 text-muted">Install</span>
      <select
        className="h-6 min-w-0 flex-1 rounded-md border border-line-strong bg-ink-0 px-1 font-mono text-2xs"
        value=""
        onChange={(event) => {
          const name = event.target.value;
          const unit = SERVICES[name];
          if (unit !== undefined)
            void act({
              do: 'packages',
              id,
              packages: [...host.packages, name],
              enable: [...host.enable, unit],
            });
        }}
      >
        <option value="">
          {host.packages.length === 0 ? 'a package…' : `has ${host.packages.join(', ')}`}
        </option>
        {free.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function ZonePart({ id, view }: { id: string; view: SandboxView }) {
  const { act, store, strike, mend } = useBuilder();
  const zone = view.zones[id];
  if (zone === undefined) return null;
  return (
    <div className="space-y-1.5">
      <p className="text-2xs text-faint">Zone</p>
      <Line label="Name" value={zone.label} onChange={(name) => void act({ do: 'rename', id, name })} />
      <Line label="Subnet" value={zone.subnet} disabled onChange={() => undefined} />
      <Tools>
        <Button size="small" onClick={() => store.setState({ dialog: { kind: 'group', zones: [id] } })}>
          Group…
        </Button>
        <CommonTools id={id} locked={zone.locked === true} />
      </Tools>
      <Tools>
        <Button size="small" look="danger" onClick={() => void strike(partitionOf(id, []))}>
          Cut it off
        </Button>
        <Button size="small" onClick={() => void mend(partitionOf(id, []))}>
          Join it again
        </Button>
      </Tools>
    </div>
  );
}
function EnvironmentPart({ id, view }: { id: string; view: SandboxView }) {
  const { act } = useBuilder();
  const label = view.environments[id]?.label;
  if (label === undefined) return null;
  return (
    <div className="space-y-1.5">
      <p className="text-2xs text-faint">Environment</p>
      <Line label="Name" value={label} onChange={(name) => void act({ do: 'rename', id, name })} />
      <Tools>
        <Button size="small" onClick={() => void act({ do: 'ungroup', environment: id })}>
          Dissolve
        </Button>
      </Tools>
    </div>
  );
}
const ALIGNMENTS: readonly [Alignment, string][] = [
  ['left', 'Left'],
  ['centre', 'Centre'],
  ['right', 'Right'],
  ['top', 'Top'],
  ['middle', 'Middle'],
  ['bottom', 'Bottom'],
  ['across', 'Even across'],
  ['down', 'Even down'],
];
function Several({ count, view }: { count: number; view: SandboxView }) {
  const builder = useBuilder();
  const handles = useHandles();
  const zones = useSandboxUi((ui) => ui.selected).filter((id) => view.zones[id] !== undefined);
  return (
    <div className="space-y-1.5 text-xs">
      <p>{count} things are selected.</p>
      <Tools>
        {ALIGNMENTS.map(([how, title]) => (
          <Button key={how} size="small" onClick={() => align({ builder, handles }, how)}>
            {title}
          </Button>
        ))}
        {zones.length > 0 && (
          <Button size="small" onClick={() => builder.store.setState({ dialog: { kind: 'group', zones } })}>
            Group…
          </Button>
        )}
        <Button size="small" onClick={() => void duplicate({ builder, handles })}>
          <Copy size={11} /> Duplicate
        </Button>
        <Button size="small" look="danger" onClick={() => removeSelected({ builder, handles })}>
          <Trash2 size={11} /> Remove
        </Button>
      </Tools>
    </div>
  );
}
