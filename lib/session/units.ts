/** The units of a host, as its own systemd has them. */
import { unitList, unitStates } from '../daemons/systemd/index';
import type { Host } from '../world/world.contract';
import type { HostDetail } from './messages';

export type UnitView = NonNullable<HostDetail['units']>[number];

/** All loaded services of a running host, by name. */
export function unitsOf(host: Host): UnitView[] {
  if (host.state.power === 'off') return [];
  return unitList(host).map((unit) => ({
    name: unit.name,
    description: unit.description,
    active: unit.active,
    sub: unit.sub,
    enabled: unit.enabled,
    tone: toneOf(unit.active, unit.sub),
    mainPid: unit.mainPid === 0 ? undefined : unit.mainPid,
  }));
}

/** How one of a host's services stands, by its unit's name; undefined for one that is not loaded. */
export function unitTones(
  host: Host,
): (name: string) => Pick<UnitView, 'active' | 'sub' | 'tone'> | undefined {
  if (host.state.power === 'off') return () => undefined;
  const find = unitStates(host);
  return (name) => {
    const unit = find(name);
    return unit === undefined
      ? undefined
      : { active: unit.active, sub: unit.sub, tone: toneOf(unit.active, unit.sub) };
  };
}

function toneOf(active: string, sub: string): UnitView['tone'] {
  if (active === 'failed') return 'broken';
  if (active === 'activating' || active === 'deactivating' || active === 'reloading') return 'risk';
  if (active === 'active') return sub === 'failed' ? 'broken' : 'ok';
  return 'off';
}
