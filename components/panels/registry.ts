/** The panels, one line each. Order is the order of the tabs. */
import type { ComponentType } from 'react';
import type { Part } from '@/lib/client/watch';
import { BriefPanel } from './brief/panel';
import { EventsPanel } from './events/panel';
import { FilesPanel } from './files/panel';
import { FirewallPanel } from './firewall/panel';
import { HintsPanel } from './hints/panel';
import { LogsPanel } from './logs/panel';
import { ObjectivesPanel } from './objectives/panel';
import { OnCallPanel } from './on-call/panel';
import { OverviewPanel } from './overview/panel';
import { ProcessesPanel } from './processes/panel';
import { QuestionsPanel } from './questions/panel';
import { RequestsPanel } from './requests/panel';
import { StatePanel } from './state/panel';

export interface PanelEntry {
  id: string;
  title: string;
  Panel: ComponentType<{ host: string }>;
  /** What the worker has to send in detail while it is shown. */
  watches: readonly (Part | 'logs')[];
  /** Stays in sight at the bottom of its column. */
  pinned?: boolean;
}

/** About the selected host, right of the map. */
export const INSPECTOR_PANELS: readonly PanelEntry[] = [
  { id: 'overview', title: 'Overview', Panel: OverviewPanel, watches: ['overview', 'units', 'files'] },
  { id: 'files', title: 'Files', Panel: FilesPanel, watches: ['files', 'charts'] },
  { id: 'firewall', title: 'Firewall', Panel: FirewallPanel, watches: ['firewall'] },
  { id: 'logs', title: 'Logs', Panel: LogsPanel, watches: ['logs'] },
  { id: 'state', title: 'State', Panel: StatePanel, watches: ['charts'] },
  { id: 'processes', title: 'Processes', Panel: ProcessesPanel, watches: ['processes', 'sockets'] },
];

/** About the whole run, under the map beside the terminals. */
export const DOCK_PANELS: readonly PanelEntry[] = [
  { id: 'logs', title: 'Logs', Panel: LogsPanel, watches: ['logs'] },
  { id: 'events', title: 'Events', Panel: EventsPanel, watches: [] },
  { id: 'requests', title: 'Requests', Panel: RequestsPanel, watches: [] },
];

/** About the incident, left of the map, all of them under each other. */
export const SIDE_PANELS: readonly PanelEntry[] = [
  { id: 'brief', title: 'Incident', Panel: BriefPanel, watches: [] },
  { id: 'objectives', title: 'Objectives', Panel: ObjectivesPanel, watches: [] },
  { id: 'questions', title: 'Questions', Panel: QuestionsPanel, watches: [] },
  { id: 'hints', title: 'Hints', Panel: HintsPanel, watches: [] },
  { id: 'on-call', title: 'On call', Panel: OnCallPanel, watches: [], pinned: true },
];

const BY_ID = new Map(
  [...SIDE_PANELS, ...DOCK_PANELS, ...INSPECTOR_PANELS].map((entry) => [entry.id, entry]),
);

export function watchedParts(panel: string): readonly (Part | 'logs')[] {
  return BY_ID.get(panel)?.watches ?? [];
}
