'use client';

/**
 * What can be done from anywhere, as one table: the palette, the shortcuts and
 * the keyboard help are derived from it.
 */
import { DOCK_PANELS, INSPECTOR_PANELS } from '@/components/panels/registry';
import { toggleTheme } from '@/components/ui/theme-switch';
import { usePreferences } from '@/lib/client/preferences';
import type { RunState } from '@/lib/client/run-state';
import type { Speed } from '@/lib/session/messages';
import { shownStep } from '@/lib/views/trace-steps';
import { toggleComparison } from './compare/toggle-comparison';
import type { RunHandles } from './run-context';

export interface Action {
  id: string;
  group: 'Time' | 'Look' | 'Host' | 'Run';
  title: string;
  /** As pressed: `Space`, `Mod+k`. Without Mod only while nobody types. */
  keys?: string;
  run(): void;
}

export const SPEEDS: readonly Speed[] = [1, 5, 20, 100];

export function actionsOf(handles: RunHandles): Action[] {
  const state = handles.client.store.getState();
  const actions = [
    ...timeActions(handles, state),
    ...lookActions(handles),
    ...hostActions(handles, state),
    ...runActions(handles),
    ...learningActions(handles, state),
  ];
  return state.sandbox === undefined ? actions : actions.filter(({ id }) => !OF_SCENARIOS.has(id));
}
/** What makes no sense in a sandbox: its screen is another, and it has no solution. */
const OF_SCENARIOS: ReadonlySet<string> = new Set(['tour', 'solution']);

function timeActions({ client, workbench }: RunHandles, { time }: RunState): Action[] {
  const transport = (action: Parameters<typeof client.send>[0] & { type: 'transport' }) =>
    client.send(action);
  return [
    {
      id: 'play',
      group: 'Time',
      title: time.playing ? 'Pause' : 'Let time run',
      keys: 'Space',
      run: () =>
        transport({
          type: 'transport',
          action: { kind: client.store.getState().time.playing ? 'pause' : 'play' },
        }),
    },
    {
      id: 'next',
      group: 'Time',
      title: 'Step to the next event',
      keys: '.',
      run: () => transport({ type: 'transport', action: { kind: 'next-event' } }),
    },
    ...SPEEDS.map((speed, index) => ({
      id: `speed-${speed}`,
      group: 'Time' as const,
      title: `Run at ${speed}×`,
      keys: String(index + 1),
      run: () => transport({ type: 'transport', action: { kind: 'speed', speed } }),
    })),
    {
      id: 'live',
      group: 'Time',
      title: 'Back to live',
      keys: 'l',
      run: () => transport({ type: 'transport', action: { kind: 'live' } }),
    },
    {
      id: 'branch',
      group: 'Time',
      title: 'Continue from the moment looked at',
      run: () => transport({ type: 'transport', action: { kind: 'branch' } }),
    },
    {
      id: 'compare',
      group: 'Time',
      title: 'Two attempts side by side',
      keys: 'v',
      run: () => toggleComparison({ client, workbench }),
    },
  ];
}

function lookActions({ workbench, client }: RunHandles): Action[] {
  const stepTrace = (by: number) => {
    const { trace } = client.store.getState();
    const { trace: chosen, step } = workbench.getState();
    if (trace !== undefined && trace.id === chosen)
      workbench.setState({ step: shownStep(trace, shownStep(trace, step) + by) });
  };
  const preferences = usePreferences.getState();
  const dock = DOCK_PANELS.map(
    ({ id, title }): Action => ({
      id: `dock-${id}`,
      group: 'Look',
      title: `Show ${title.toLowerCase()}`,
      run: () => {
        workbench.setState({ dockTab: id, area: 'dock' });
        focusSoon('[data-dock] [role="tab"][data-state="active"]');
      },
    }),
  );
  return [
    {
      id: 'palette',
      group: 'Look',
      title: 'Search commands',
      keys: 'Mod+k',
      run: () => workbench.setState({ overlay: 'palette' }),
    },
    {
      id: 'help',
      group: 'Look',
      title: 'Keys and how to get around',
      keys: '?',
      run: () => workbench.setState({ overlay: 'help' }),
    },
    {
      id: 'tour',
      group: 'Look',
      title: 'Guided tour of this screen',
      run: () => workbench.setState({ overlay: 'tour' }),
    },
    {
      id: 'terminal',
      group: 'Look',
      title: 'Go to the terminal',
      keys: 'Mod+`',
      run: () => focusTerminal(workbench),
    },
    {
      id: 'outline',
      group: 'Look',
      title: 'Map or outline',
      keys: 'o',
      run: () => workbench.setState(({ outline }) => ({ outline: !outline })),
    },
    ...dock,
    {
      id: 'step-on',
      group: 'Look',
      title: 'Next step of the traced request',
      keys: 'n',
      run: () => stepTrace(1),
    },
    {
      id: 'step-back',
      group: 'Look',
      title: 'Step of the traced request before',
      keys: 'p',
      run: () => stepTrace(-1),
    },
    {
      id: 'dots',
      group: 'Look',
      title: 'Requests as dots or as counters',
      run: () => preferences.setDots(!preferences.dots),
    },
    { id: 'theme', group: 'Look', title: 'Dark or light', keys: 't', run: toggleTheme },
    {
      id: 'layout',
      group: 'Look',
      title: 'Panels back to their usual sizes',
      run: () => preferences.forgetLayouts(),
    },
  ];
}

/** What was asked for by keyboard gets the focus, once it is there. */
function focusSoon(selector: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}

function focusTerminal(workbench: RunHandles['workbench']): void {
  workbench.setState({ area: 'dock' });
  const focus = (): boolean => {
    const shown =
      document.querySelector<HTMLElement>('[data-terminal-shown="true"] textarea') ??
      document.querySelector<HTMLElement>('[data-dock] [role="tab"]');
    shown?.focus();
    return shown !== null && document.activeElement === shown;
  };
  // At once where it is in sight: what is typed next is for it.
  if (!focus()) requestAnimationFrame(focus);
}

function hostActions({ workbench }: RunHandles, { topology }: RunState): Action[] {
  return topology.hosts.flatMap(({ id, label, kind }): Action[] => {
    const panels = kind === 'clients' || kind === 'probe' ? INSPECTOR_PANELS.slice(0, 1) : INSPECTOR_PANELS;
    return panels.map((panel) => ({
      id: `host-${id}-${panel.id}`,
      group: 'Host',
      title: panel.id === 'overview' ? label : `${label}: ${panel.title.toLowerCase()}`,
      run: () => {
        workbench.showHost(id, panel.id);
        focusSoon('[data-inspector] [role="tab"][data-state="active"]');
      },
    }));
  });
}

/** Hints and questions, where the scenario has them. */
function learningActions({ workbench, client }: RunHandles, { brief, hints }: RunState): Action[] {
  const hint: Action = {
    id: 'hint',
    group: 'Run',
    title: 'Show the next hint',
    keys: 'h',
    run: () => {
      workbench.setState({ area: 'incident' });
      client.ask({ type: 'hint' }, 'hint').catch(() => undefined);
    },
  };
  const questions: Action = {
    id: 'questions',
    group: 'Run',
    title: 'Name the cause: the questions',
    keys: 'q',
    run: () => {
      workbench.setState({ area: 'incident' });
      focusSoon('[data-questions] input:enabled');
    },
  };
  return [
    ...((brief?.hints ?? 0) > hints.length ? [hint] : []),
    ...((brief?.questions.length ?? 0) > 0 ? [questions] : []),
  ];
}

function runActions({ workbench, client }: RunHandles): Action[] {
  return [
    {
      id: 'acknowledge',
      group: 'Run',
      title: 'Acknowledge the page',
      keys: 'a',
      run: () => client.send({ type: 'acknowledge' }),
    },
    {
      id: 'export',
      group: 'Run',
      title: 'Export this run as a file',
      run: () => void import('./export-run').then(({ exportRun }) => exportRun(client)),
    },
    {
      id: 'solution',
      group: 'Run',
      title: 'Save as solution: this run as steps for scenario.yaml',
      run: () => void import('./export-run').then(({ exportSolution }) => exportSolution(client)),
    },
    {
      id: 'restart',
      group: 'Run',
      title: 'Start again from the beginning',
      run: () => workbench.setState({ overlay: 'restart' }),
    },
    {
      id: 'finish',
      group: 'Run',
      title: 'Finish: let tomorrow come, or read the debrief',
      run: () => workbench.setState({ overlay: 'finish' }),
    },
  ];
}

/** Whether a key press means `keys`. */
export function pressed(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  keys: string,
): boolean {
  const [last = '', ...others] = keys.split('+').reverse();
  const mod = others.includes('Mod');
  const key = last === 'Space' ? ' ' : last;
  return (
    !event.altKey && mod === (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === key.toLowerCase()
  );
}
