/** Each instance as the State panel draws it. */
import { formatIPv4 } from '../../../std/ipv4';
import { formatDuration } from '../../../std/instant';
import type { ChartView } from '../../../world/process.contract';
import { sourceOf } from './advertise';
import { vrrpChart } from './instances';
import { scriptIsGood, type Vrrp } from './state';

/** The state of each instance, as operators say it. */
export function rolesOf({ state }: Vrrp): string[] {
  return [...state.instances.values()].map(({ snapshot }) => String(snapshot.value).toUpperCase());
}

export function chartsOf(vrrp: Vrrp): ChartView[] {
  return vrrp.state.configuration.instances.flatMap((instance) => {
    const own = vrrp.state.instances.get(instance.name);
    if (own === undefined) return [];
    const { context, value } = own.snapshot;
    const due = vrrp.kernel.timer(vrrp.owner, `vrrp:${instance.name}`);
    const isMaster = value === 'master';
    const master = isMaster ? sourceOf(vrrp, instance) : own.master;
    const fact = (name: string, text: string | undefined) =>
      text === undefined ? [] : [{ name, value: text }];
    return [
      {
        id: instance.name,
        chart: 'vrrp',
        states: [...vrrpChart.shape.states],
        transitions: vrrpChart.shape.transitions.map(({ from, to }) => ({ from, to })),
        current: String(value),
        since: own.since,
        facts: [
          ...fact('virtual router', String(instance.vrid)),
          ...fact(
            'priority',
            context.priority === instance.priority
              ? String(instance.priority)
              : `${context.priority} (configured ${instance.priority})`,
          ),
          ...fact('interface', instance.interface),
          ...fact('addresses', instance.addresses.map(({ text }) => text).join(' ') || undefined),
          ...fact('master', master === undefined ? undefined : formatIPv4(master)),
          ...fact(
            'master priority',
            isMaster || own.master === undefined ? undefined : String(own.masterPriority),
          ),
          ...fact(
            isMaster ? 'next advertisement in' : 'takes over in',
            due === undefined ? undefined : formatDuration(Math.max(0, due - vrrp.kernel.now)),
          ),
          ...instance.scripts.map(({ name }) => ({
            name: `script ${name}`,
            value: { true: 'good', false: 'bad', undefined: 'not run yet' }[
              String(scriptIsGood(vrrp, name)) as 'true'
            ],
          })),
        ],
      },
    ];
  });
}
