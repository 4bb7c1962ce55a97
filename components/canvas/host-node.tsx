import type { NodeProps } from '@xyflow/react';
import { LocateFixed, Power } from 'lucide-react';
import { memo } from 'react';
import { cn } from '@/components/ui/class-names';
import { StatusDot } from '@/components/ui/status-dot';
import { useWorkbench, useWorkbenchStore } from '@/components/workbench/run-context';
import type { HostStatus, HostView } from '@/lib/session/messages';
import { POWER_WORD } from '@/lib/views/tones';
import { useHostNews } from './crowd';
import type { HostNode } from './flow-elements';
import { HostIcon } from './host-icon';
import { gaugeTone, hostSentence } from './host-view';

/** A host's card, or the narrow firewall on the border. Reads its own live numbers. */
export const HostCard = memo(function HostCard({ data: { host } }: NodeProps<HostNode>) {
  const { status, held, hinted, crowd } = useHostNews(host.id);
  const selected = useWorkbench((state) => state.host === host.id);
  const workbench = useWorkbenchStore();
  const off = status?.power === 'off';
  return (
    <button
      type="button"
      data-host={host.id}
      aria-pressed={selected}
      aria-label={hostSentence(host, status, held === '' ? [] : held.split(' '))}
      onClick={() => workbench.selectHost(host.id)}
      className={cn(
        'nopan nodrag pointer-events-auto block w-full rounded-[10px] border bg-ink-2 text-left font-mono transition-[border-color,opacity,box-shadow] duration-300',
        host.kind === 'router' ? 'px-0 py-2' : 'px-2.5 pb-[7px] pt-2',
        hostLook(host, status),
        off && 'border-dashed bg-ink-1',
        hinted && 'ring-2 ring-risk/70',
        selected && 'border-selected ring-[3px] ring-selected-soft',
      )}
      style={{ boxShadow: selected || off ? undefined : 'var(--shadow)' }}
    >
      <HostFace host={host} status={status} crowd={crowd} />
    </button>
  );
});

/** What stands on a host's card; in a crowd without what changes all the time. */
export function HostFace({
  host,
  status,
  crowd,
}: {
  host: HostView;
  status: HostStatus | undefined;
  crowd: boolean;
}) {
  return (
    <span className="host-face block">
      {host.kind === 'router' ? (
        <Router host={host} status={status} />
      ) : (
        <Card host={host} status={status} crowd={crowd} />
      )}
    </span>
  );
}
/** The card's border and ground, by kind and health. */
export function hostLook(host: HostView, status: HostStatus | undefined): string {
  const isWall = host.kind === 'router' && status?.health !== 'broken' && status?.power !== 'off';
  return isWall ? WALL : border(status);
}

/** The firewall on the border, in the colour of walls. */
const WALL =
  'border-[color-mix(in_srgb,var(--zone-dmz)_50%,transparent)] bg-[color-mix(in_srgb,var(--zone-dmz)_12%,var(--ink-1))]';

function border(status: HostStatus | undefined): string {
  switch (status?.health) {
    case 'broken':
      return 'border-broken-strong/60';
    case 'risk':
      return 'border-risk/45';
    default:
      return 'border-line-strong';
  }
}

/** A longer name leaves room for the sign only. */
const NAME_BESIDE_YOU = 7;

function Card({ host, status, crowd }: { host: HostView; status: HostStatus | undefined; crowd: boolean }) {
  const traffic = host.kind === 'clients' || host.kind === 'probe';
  return (
    <>
      <span className="flex items-center gap-1.5 text-[12.5px] font-semibold leading-[1.4]">
        <HostIcon kind={host.kind} className="shrink-0 text-muted" />
        <span className="truncate">{host.label}</span>
        {status?.here === true && (
          <span className="ml-auto inline-flex shrink-0 items-center gap-1 text-[10.5px] font-normal text-selected">
            <LocateFixed size={10} aria-hidden="true" />
            <span className={host.label.length > NAME_BESIDE_YOU ? 'sr-only' : undefined}>you</span>
          </span>
        )}
      </span>
      <span className="block truncate text-[10.5px] leading-[1.5] text-faint">
        {host.address}
        {!traffic && !crowd && status !== undefined && status.note !== '' && (
          <span className={status.note === 'FAULT' ? 'text-broken-text' : 'text-muted'}>
            {' '}
            · {status.note.replace(' req/s', '/s')}
          </span>
        )}
      </span>
      {status !== undefined && status.power !== 'on' ? (
        <PowerLine power={status.power} />
      ) : (
        <Services services={services(host, status)} />
      )}
      {status?.power === 'on' && !traffic && crowd && <span className="mt-[7px] block h-[3px]" />}
      {status?.power === 'on' && !traffic && !crowd && (
        <Gauges cpu={status.cpu} memory={status.memory} disk={status.disk} />
      )}
    </>
  );
}

/** Customers and probes have no daemons to list; what they see is their state. */
function services(host: HostView, status: HostStatus | undefined): HostStatus['services'] {
  if (status === undefined) return [];
  if (
    status.services.length === 0 &&
    status.note !== '' &&
    (host.kind === 'clients' || host.kind === 'probe')
  )
    return [{ name: status.note, state: status.health, text: '' }];
  return status.services;
}

function Services({ services: list }: { services: HostStatus['services'] }) {
  if (list.length === 0) return null;
  return (
    <span className="mt-1.5 flex flex-wrap gap-[5px]">
      {list.slice(0, 4).map(({ name, state, text }) => (
        <span
          key={name}
          title={text === '' ? name : `${name}: ${text}`}
          className={cn(
            'inline-flex max-w-full items-center gap-[5px] rounded-[5px] bg-ink-3 px-1.5 py-px text-[11px] leading-[1.45] text-muted',
            state === 'broken' && 'bg-broken-soft text-broken-text',
            state === 'risk' && 'bg-risk-soft text-risk',
            state === 'off' && 'text-faint',
          )}
        >
          <StatusDot tone={state} />
          <span className="truncate">{name}</span>
        </span>
      ))}
      {list.length > 4 && <span className="text-[11px] text-faint">+{list.length - 4}</span>}
    </span>
  );
}

function PowerLine({ power }: { power: HostStatus['power'] }) {
  return (
    <span
      className={cn(
        'mt-1.5 inline-flex items-center gap-[5px] rounded-[5px] bg-ink-3 px-1.5 py-px text-[11px] text-muted',
        power === 'booting' && 'animate-pulse text-risk',
      )}
    >
      <Power size={10} aria-hidden="true" />
      {POWER_WORD[power]}
    </span>
  );
}

export const GAUGE_COLOUR = {
  ok: 'var(--faint)',
  risk: 'var(--risk)',
  broken: 'var(--broken-strong)',
} as const;

/** Fifty hosts report ten times a second: only a bar that moved is drawn again, and at once. */
const Gauges = memo(function Gauges({ cpu, memory, disk }: Pick<HostStatus, 'cpu' | 'memory' | 'disk'>) {
  return (
    <span className="mt-[7px] grid grid-cols-3 gap-1" aria-hidden="true">
      {Object.entries({ cpu, memory, disk }).map(([name, share]) => (
        <span
          key={name}
          title={`${name} ${Math.round(share * 100)} %`}
          className="block h-[3px] overflow-hidden rounded-sm bg-ink-3"
        >
          <span
            className="block h-full w-full origin-left"
            style={{
              transform: `scaleX(${Math.min(1, share)})`,
              background: GAUGE_COLOUR[gaugeTone(share)],
            }}
          />
        </span>
      ))}
    </span>
  );
});

function Router({ host, status }: { host: HostView; status: HostStatus | undefined }) {
  return (
    <span className="grid h-[68px] content-center justify-items-center gap-1.5 text-zone-dmz">
      <HostIcon kind="router" size={18} className="text-[var(--zone-dmz)]" />
      <span className="max-w-[34px] truncate text-[10.5px] font-semibold text-text">{host.label}</span>
      <StatusDot tone={status?.health ?? 'neutral'} />
    </span>
  );
}
