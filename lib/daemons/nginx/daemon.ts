/** How processes of the daemon react: a master, or a worker. */
import type { ChartView, DaemonContext, DaemonDefinition, SignalName } from '../../world/process.contract';
import { KIND, leave, registerFork } from './fork';
import { type MasterState, onMasterSignal, onWorkerEnd, registerMaster } from './master';
import { registerWorker, within } from './worker/events';
import { type PeerState, peersOf } from './worker/peers';
import { type Runtime, runtimeOf } from './worker/runtime';
import type { PeerSettings, UpstreamSettings } from './config';
import type { WorkerState } from './worker/state';
import { exitWorker, quitGracefully } from './worker/stop';

type State = MasterState | WorkerState;

export const nginxDaemon: DaemonDefinition<State> = {
  kind: KIND,
  register(world) {
    registerWorker(world);
    registerFork(world);
    registerMaster(world);
  },
  onSignal(daemon, signal) {
    if (daemon.state.role === 'master') return onMasterSignal(daemon as DaemonContext<MasterState>, signal);
    return onWorkerSignal(daemon, signal);
  },
  onChildExit(daemon, pid, status) {
    if (daemon.state.role === 'master') onWorkerEnd(daemon as DaemonContext<MasterState>, pid, status);
  },
  onGone({ host, process, state }) {
    leave(host, state.group, process.pid);
  },
  charts(daemon) {
    const runtime = runtimeOf(daemon.host, daemon.process.pid);
    return runtime === undefined ? [] : chartsOf(runtime);
  },
  runningFiles({ state }) {
    return state.role === 'master' ? state.configuration.files.map((file) => ({ ...file })) : [];
  },
};

function onWorkerSignal({ host, process }: DaemonContext<State>, signal: SignalName): 'handled' | 'default' {
  switch (signal) {
    case 'QUIT':
      within(host, process.pid, quitGracefully);
      return 'handled';
    case 'TERM':
    case 'INT':
      within(host, process.pid, exitWorker);
      return 'handled';
    case 'USR1':
    case 'HUP':
    case 'WINCH':
    case 'USR2':
    case 'PIPE':
    case 'ALRM':
    case 'IO':
      return 'handled';
    default:
      return 'default';
  }
}

// ---------------------------------------------------------------- charts
/** What a worker remembers of each peer, as states. */
const STATES = ['live', 'failing', 'disabled', 'due'];
const TRANSITIONS = [
  { from: 'live', to: 'failing' },
  { from: 'live', to: 'disabled' },
  { from: 'failing', to: 'disabled' },
  { from: 'failing', to: 'live' },
  { from: 'disabled', to: 'due' },
  { from: 'due', to: 'live' },
  { from: 'due', to: 'disabled' },
];
function chartsOf(runtime: Runtime): ChartView[] {
  return runtime.configuration.upstreams.flatMap((settings, index) => {
    const state = runtime.peers(index);
    return (['primary', 'backup'] as const).flatMap((set) =>
      peersOf(settings, set).flatMap((peer, at) => {
        const own = state[set][at];
        return own === undefined ? [] : [chartOf(runtime, settings, peer, own)];
      }),
    );
  });
}
function chartOf(
  runtime: Runtime,
  settings: UpstreamSettings,
  peer: PeerSettings,
  state: PeerState,
): ChartView {
  const isOut = peer.maxFails > 0 && state.fails >= peer.maxFails;
  const passed = runtime.seconds - state.checked;
  const current = !isOut
    ? state.fails > 0
      ? 'failing'
      : 'live'
    : passed <= peer.failTimeout
      ? 'disabled'
      : 'due';
  return {
    id: `${settings.name}/${peer.name}`,
    chart: 'upstream-peer',
    states: [...STATES],
    transitions: TRANSITIONS.map((one) => ({ ...one })),
    current,
    since: state.fails > 0 ? Math.max(0, runtime.now - passed * 1_000_000) : runtime.process.startedAt,
    facts: [
      { name: 'fails', value: `${state.fails} of ${peer.maxFails}` },
      { name: 'fail_timeout', value: `${peer.failTimeout} s` },
      { name: 'weight', value: `${state.effective} of ${peer.weight}` },
      { name: 'connections', value: String(state.connections) },
      ...(peer.isDown ? [{ name: 'down', value: 'yes' }] : []),
      {
        name: 'counted by',
        value: settings.zone === undefined ? 'this worker alone' : `zone ${settings.zone}`,
      },
    ],
  };
}
