/**
 * SIGHUP: the configuration is read anew; an instance with the same virtual router id on the same interface is the
 * same and goes on in its state, whatever it is called now (`reload_vrrp_thread`, `reset_vrrp_state`, `clear_diff_*`
 * and `vrrp_exist` of keepalived 2.2.7).
 */
import { setStaticRouting } from './routing';
import { goodbyeSent } from '../../../protocols/vrrp/sayings';
import type { InstanceConfiguration } from '../config';
import { adjustAddresses, releaseAddresses, setStaticAddresses } from './addresses';
import { openSockets, sendAdvertisement } from './advertise';
import { newInstance, tell } from './instances';
import { notify } from './notify';
import { readAsVrrp } from './read-configuration';
import { say, sayDetail } from './say';
import { newScript, startScripts } from './scripts';
import { configurationOf, type InstanceState, type Vrrp } from './state';
import { reconsider, standing, totalPriority } from './tracking';
import { startLooking } from './watch';

/** 'refused': the process ends on the spot and leaves its addresses where they are. */
export function reload(vrrp: Vrrp): 'done' | 'refused' {
  const { state, host, process } = vrrp;
  say(vrrp, 'Reloading');
  // A last advertisement by the old configuration bridges the time that reading takes.
  for (const [name, own] of state.instances) {
    const instance = configurationOf(vrrp, name);
    if (instance !== undefined && own.snapshot.value === 'master')
      sendAdvertisement(vrrp, instance, own, own.snapshot.context.priority);
  }
  const { lines, files, configuration } = readAsVrrp({
    host,
    process,
    options: state.options,
    isReload: true,
  });
  if (configuration === undefined) {
    for (const line of lines) say(vrrp, line);
    return 'refused';
  }
  setStaticAddresses(vrrp, configuration.staticAddresses, state.configuration.staticAddresses);
  setStaticRouting(vrrp, configuration, state.configuration);
  const before = known(vrrp);
  state.configuration = configuration;
  state.files = files;
  carryScripts(vrrp);
  for (const line of lines) say(vrrp, line);
  dropOld(vrrp, before);
  for (const { name } of configuration.groups)
    if (!state.groups.has(name)) state.groups.set(name, { state: 'INIT' });
  openSockets(vrrp);
  startLooking(vrrp);
  for (const name of state.instances.keys()) vrrp.clearTimer(`vrrp:${name}`);
  state.instances = new Map(
    configuration.instances.map((instance) => [instance.name, newInstance(vrrp, instance)]),
  );
  for (const instance of configuration.instances)
    goOn(vrrp, instance.name, before.get(identityOf(instance))?.own);
  startScripts(vrrp);
  reconsider(vrrp);
  return 'done';
}

interface Known {
  readonly instance: InstanceConfiguration;
  readonly own: InstanceState;
}

function identityOf({ vrid, interface: device }: InstanceConfiguration): string {
  return `${vrid} ${device ?? ''}`;
}

/** The instances of before, by what makes them the same. */
function known({ state }: Vrrp): Map<string, Known> {
  return new Map(
    state.configuration.instances.flatMap((instance): [string, Known][] => {
      const own = state.instances.get(instance.name);
      return own === undefined ? [] : [[identityOf(instance), { instance, own }]];
    }),
  );
}

/** Instances that are gone say so to the others and take their addresses with them (`vrrp_restore_interface`). */
function dropOld(vrrp: Vrrp, before: ReadonlyMap<string, Known>): void {
  const kept = new Set(vrrp.state.configuration.instances.map(identityOf));
  for (const [identity, { instance, own }] of before) {
    if (kept.has(identity)) continue;
    if (own.snapshot.value === 'master') {
      sendAdvertisement(vrrp, instance, own, 0);
      sayDetail(vrrp, goodbyeSent(own.snapshot.context).text);
      releaseAddresses(vrrp, instance, own);
    }
    notify(vrrp, instance, 'DELETED');
  }
}

function carryScripts(vrrp: Vrrp): void {
  const { state } = vrrp;
  const before = state.scripts;
  state.scripts = new Map();
  for (const script of state.configuration.scripts) {
    const own = newScript(script);
    const old = before.get(script.name);
    if (old !== undefined && !old.isNew) {
      const wasGood = old.result >= script.rise;
      own.isNew = false;
      own.lastStatus = old.lastStatus;
      own.result = wasGood ? script.rise + script.fall - 1 : 0;
      say(
        vrrp,
        `VRRP_Script(${script.name}) considered ${wasGood ? 'successful' : 'unsuccessful'} on reload`,
      );
    }
    state.scripts.set(script.name, own);
  }
}

function goOn(vrrp: Vrrp, name: string, before: InstanceState | undefined): void {
  const instance = configurationOf(vrrp, name);
  const own = vrrp.state.instances.get(name);
  if (instance === undefined || own === undefined) return;
  const { now } = vrrp.kernel;
  const { isFaulty, waits } = standing(vrrp, instance);
  const as = before?.snapshot.value;
  if (before !== undefined) {
    own.statistics = before.statistics;
    own.installed = before.installed;
    own.routes = before.routes;
    own.rules = before.rules;
    own.master = before.master;
    own.masterPriority = before.masterPriority;
    own.since = before.since;
  }
  if (as === 'master') adjustAddresses(vrrp, instance, own);
  else own.installed = [];
  const total = totalPriority(vrrp, instance);
  own.isFaulty = isFaulty || as === 'fault';
  own.waits = waits && as === undefined;
  if (as === undefined || as === 'fault' || as === 'init') {
    tell(vrrp, name, {
      type: 'start',
      now,
      ready: !own.isFaulty,
      waits: own.waits,
      heldBack: false,
      notBefore: 0,
    });
  } else {
    tell(vrrp, name, { type: 'resume', now, as: as === 'master' ? 'MASTER' : 'BACKUP' });
  }
  if (own.snapshot.context.totalPriority !== total) tell(vrrp, name, { type: 'priority', now, total });
}
