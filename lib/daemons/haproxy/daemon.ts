/** How processes of the daemon react: a master, or a worker. */
import { progress } from '../../protocols/health-check/counter';
import { healthChart } from '../../protocols/health-check/machine';
import { formatDuration } from '../../std/instant';
import type { ChartView, DaemonContext, DaemonDefinition, SignalName } from '../../world/process.contract';
import { setFrontends } from './admin/frontends';
import { registerAdmin } from './admin/socket';
import { KIND, registerFork } from './fork';
import { type MasterState, onMasterSignal, onWorkerEnd, registerMaster } from './master';
import { registerWorker, within } from './worker/events';
import { sendLog } from './worker/log-line';
import { type Runtime, runtimeOf } from './worker/runtime';
import { describe, statusText } from './worker/server-status';
import type { ServerState, WorkerState } from './worker/state';
import { softStop } from './worker/stop';

type State = MasterState | WorkerState;

export const haproxyDaemon: DaemonDefinition<State> = {
  kind: KIND,
  register(world) {
    registerWorker(world);
    registerFork(world);
    registerMaster(world);
    registerAdmin(world);
  },
  onSignal(daemon, signal) {
    if (daemon.state.role === 'master') return onMasterSignal(daemon as DaemonContext<MasterState>, signal);
    return onWorkerSignal(daemon, signal);
  },
  onChildExit(daemon, pid, status) {
    if (daemon.state.role === 'master') onWorkerEnd(daemon as DaemonContext<MasterState>, pid, status);
  },
  charts(daemon) {
    const runtime = runtimeOf(daemon.host, daemon.process.pid);
    return runtime === undefined ? [] : chartsOf(runtime);
  },
  runningFiles({ state }) {
    return state.role === 'worker' ? state.configuration.files.map((file) => ({ ...file })) : [];
  },
};

// ---------------------------------------------------------------- signals of a worker
function onWorkerSignal(daemon: DaemonContext<State>, signal: SignalName): 'handled' | 'default' {
  const { host, process } = daemon;
  switch (signal) {
    case 'USR1':
      within(host, process.pid, softStop);
      return 'handled';
    case 'HUP':
      within(host, process.pid, dumpStates);
      return 'handled';
    case 'TTIN':
    case 'TTOU':
      within(host, process.pid, (runtime) => setFrontends(runtime, signal === 'TTIN'));
      return 'handled';
    case 'QUIT':
    case 'USR2':
    case 'PIPE':
      return 'handled';
    default:
      return 'default';
  }
}
const WARNING = 4;
/** Source: src/proxy.c `dump_server_states`, `sig_dump_state`. */
function dumpStates(runtime: Runtime): void {
  for (const [index, settings] of runtime.configuration.proxies.entries()) {
    const proxy = runtime.proxy(index);
    const tell = (text: string): void => {
      runtime.say('WARNING', text);
      sendLog(runtime, index, WARNING, text);
    };
    tell(`SIGHUP received, dumping servers states for proxy ${settings.id}.`);
    for (const server of proxy.servers)
      tell(
        `SIGHUP: Server ${settings.id}/${server.name} is ${server.state === 'stopped' ? 'DOWN' : 'UP'}. Conn: ${server.current} act, ${server.queue.length} pend, ${server.counters.sessions} tot.`,
      );
    if (proxy.servers.length === 0)
      tell(
        `SIGHUP: Proxy ${settings.id} has no servers. Conn: act(FE+BE): ${proxy.frontend.current}+${proxy.backend.current}, ${proxy.queue.length} pend (${proxy.queue.length}+0), tot(FE+BE): ${proxy.frontend.sessions}+${proxy.backend.sessions}.`,
      );
  }
}

// ---------------------------------------------------------------- charts
function chartsOf(runtime: Runtime): ChartView[] {
  const views: ChartView[] = [];
  for (const [index, proxy] of runtime.state.proxies.entries())
    for (const server of proxy.servers) {
      const view = chartOf(runtime, index, server);
      if (view !== undefined) views.push(view);
    }
  return views;
}
function chartOf(runtime: Runtime, proxy: number, server: ServerState): ChartView | undefined {
  const { check } = server;
  if (check === undefined) return undefined;
  const { shape } = healthChart;
  const { health, settings, dueAt } = check.chart.context;
  const facts = [
    { name: 'status', value: statusText(runtime, { proxy, server }) },
    { name: health >= settings.rise ? 'fall' : 'rise', value: progress(health, settings) },
    { name: 'inter', value: formatDuration(settings.inter) },
    {
      name: 'last check',
      value:
        check.status === 'INI'
          ? 'none yet'
          : `${describe(check.status)}${check.description === '' ? '' : `: ${check.description}`}`,
    },
    { name: 'next check', value: `in ${formatDuration(Math.max(0, dueAt - runtime.now))}` },
    { name: 'sessions', value: String(server.current) },
  ];
  return {
    id: `${runtime.settings(proxy).id}/${server.name}`,
    chart: 'health-check',
    states: [...shape.states],
    transitions: shape.transitions.map(({ from, to }) => ({ from, to })),
    current: String(check.chart.value),
    since: server.lastChange,
    facts,
  };
}
