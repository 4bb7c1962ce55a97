import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { OverviewPanel } from './panel';
import { fileNotes, gauges, sortUnits } from './view';

test('units say their state in words; a file that is not what runs can be opened', async () => {
  const { workbench } = renderInRun(<OverviewPanel host="lb2" />);
  expect(
    within(screen.getByRole('region', { name: 'Units' }))
      .getByText('haproxy')
      .closest('li'),
  ).toHaveTextContent('failed (failed)');
  await userEvent.click(screen.getByRole('button', { name: '/etc/keepalived/keepalived.conf' }));
  expect(workbench.getState()).toMatchObject({
    inspectorTab: 'files',
    file: { host: 'lb2', path: '/etc/keepalived/keepalived.conf' },
  });
});

test('a terminal on the host is asked for; a refusal opens nothing', async () => {
  const { sent, workbench } = renderInRun(<OverviewPanel host="lb2" />);
  await userEvent.click(screen.getByRole('button', { name: 'Terminal' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'terminal-open', host: 'lb2' }));
  expect(workbench.getState().dockTab).toBeUndefined();
});

test('gauges warn in time', () => {
  const status = {
    id: 'x',
    power: 'on' as const,
    health: 'ok' as const,
    services: [],
    cpu: 0.97,
    memory: 0.85,
    disk: 1.4,
    note: '',
    here: false,
  };
  expect(gauges(status)).toMatchObject([{ tone: 'broken' }, { tone: 'risk' }, { share: 1, tone: 'broken' }]);
});

test('files that run as they are need no note', () => {
  expect(
    fileNotes([
      { path: '/a', language: 'ini', state: 'running', text: 'as running' },
      { path: '/b', language: 'ini', state: 'invalid', text: 'saved, and its test fails' },
    ]),
  ).toEqual([{ path: '/b', tone: 'broken', text: 'saved, and its test fails', command: undefined }]);
});

test('what every Debian runs stands apart, unless it fails', () => {
  const unit = (name: string, tone: 'ok' | 'broken' | 'off', enabled = 'enabled') => ({
    name,
    description: '',
    active: 'active',
    sub: '',
    enabled,
    tone,
    mainPid: undefined,
  });
  const names = (units: readonly { name: string }[]) => units.map(({ name }) => name).join();
  const { shown, system, idle } = sortUnits([
    unit('haproxy', 'ok'),
    unit('dbus', 'ok', 'static'),
    unit('rsync', 'off'),
    unit('systemd-timesyncd', 'broken'),
  ]);
  expect([names(shown), names(system), names(idle)]).toEqual(['systemd-timesyncd,haproxy', 'dbus', 'rsync']);
});
