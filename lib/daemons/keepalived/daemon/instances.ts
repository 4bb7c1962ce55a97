/**
 * Runs the charts: an event goes in, timers are set, actions are carried out, and the sync group follows
 * (`vrrp_state_goto_master` and its kin; `VRRP_TSM_HANDLE`).
 */
import { type Chart, type ChartAction, chartOf } from '../../../protocols/adapter';
import type { VrrpContext, VrrpSettings } from '../../../protocols/vrrp/instance';
import { type VrrpEvent, vrrpMachine } from '../../../protocols/vrrp/machine';
import type { Saying } from '../../../protocols/vrrp/sayings';
import type { InstanceConfiguration } from '../config';
import { announceAgain, refresh, releaseAddresses, takeAddresses } from './addresses';
import { sendAdvertisement } from './advertise';
import { groupAllows, groupMove } from './groups';
import { hasAddress } from './interfaces';
import { notify, notifyGroup } from './notify';
import { say, sayDetail } from './say';
import { configurationOf, type InstanceState, settingsOf, emptyStatistics, type Vrrp } from './state';

export const TIMER = 'keepalived.timer';
export const vrrpChart: Chart<VrrpContext, VrrpEvent, VrrpSettings> = chartOf(vrrpMachine);

export function newInstance(vrrp: Vrrp, instance: InstanceConfiguration): InstanceState {
  return {
    snapshot: vrrpChart.start(settingsOf(instance)).next,
    since: vrrp.kernel.now,
    isFaulty: false,
    hasNoSource:
      instance.isUnicast && instance.source !== undefined && !hasAddress(vrrp.host, instance.source),
    waits: false,
    master: undefined,
    masterPriority: 0,
    installed: [],
    routes: [],
    rules: [],
    refreshAt: 0,
    statistics: emptyStatistics(),
  };
}

/** Gives one event to an instance. */
export function tell(vrrp: Vrrp, name: string, event: VrrpEvent): void {
  const instance = configurationOf(vrrp, name);
  const state = vrrp.state.instances.get(name);
  if (instance === undefined || state === undefined) return;
  const before = state.snapshot.value;
  const { next, timers, actions } = vrrpChart.step(state.snapshot, event);
  state.snapshot = next;
  const transition = next.value === before ? undefined : { from: String(before), to: String(next.value) };
  if (transition !== undefined) {
    state.since = vrrp.kernel.now;
    recordTransition(vrrp, instance, state, { ...transition, actions });
  }
  for (const timer of timers) {
    if (timer.kind === 'arm') vrrp.setTimer(`vrrp:${name}`, vrrp.kernel.now + timer.delay, TIMER, { name });
    else vrrp.clearTimer(`vrrp:${name}`);
  }
  for (const action of actions) carryOut(vrrp, instance, state, action);
  if (transition !== undefined) moveGroup(vrrp, name, transition.to, event.type);
}

function moveGroup(vrrp: Vrrp, name: string, to: string, cause: VrrpEvent['type']): void {
  const move = groupMove(vrrp, name, to, cause);
  if (move === undefined) return;
  for (const follower of move.followers) tell(vrrp, follower, { type: move.event, now: vrrp.kernel.now });
  notifyGroup(vrrp, move.group, move.to);
}

/** The one timer of an instance came due. After a stop of the process it may be one that was set again since: packets that waited are read first. */
export function timerDue(vrrp: Vrrp, name: string): void {
  const deadline = vrrp.state.instances.get(name)?.snapshot.context.deadline ?? 0;
  if (vrrp.kernel.now < deadline) return;
  tell(vrrp, name, { type: 'timer', now: vrrp.kernel.now, groupAllows: groupAllows(vrrp, name) });
}

function carryOut(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
  state: InstanceState,
  action: ChartAction,
): void {
  switch (action.type) {
    case 'log': {
      const { text, detail } = action.params as unknown as Saying;
      if (detail) sayDetail(vrrp, text);
      else say(vrrp, text);
      return;
    }
    case 'sendAdvertisement':
      sendAdvertisement(vrrp, instance, state, (action.params as { priority: number }).priority);
      return;
    case 'takeAddresses':
      state.statistics.becameMaster += 1;
      takeAddresses(vrrp, instance, state);
      return;
    case 'releaseAddresses':
      state.statistics.releasedMaster += 1;
      if (!(vrrp.state.stopping && vrrp.state.options.keepsVips)) releaseAddresses(vrrp, instance, state);
      return;
    case 'announceAgain':
      announceAgain(vrrp, instance);
      return;
    case 'refresh':
      refresh(vrrp, instance, state);
      return;
    case 'notify':
      notify(vrrp, instance, (action.params as { state: 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' }).state);
  }
}

/** The journal: from where to where, why, by which rule. */
function recordTransition(
  vrrp: Vrrp,
  instance: InstanceConfiguration,
  state: InstanceState,
  { from, to, actions }: { from: string; to: string; actions: readonly ChartAction[] },
): void {
  const reason = actions.find(({ type }) => type === 'record')?.params as
    | { why: string; rule: string }
    | undefined;
  vrrp.kernel.cause = vrrp.world.record(
    vrrp.host.name,
    'vrrp.transition',
    {
      instance: instance.name,
      vrid: instance.vrid,
      from,
      to,
      priority: state.snapshot.context.priority,
      why: reason?.why ?? '',
    },
    reason === undefined ? {} : { rule: reason.rule },
  );
}
