import { EditorView } from '@codemirror/view';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { FilesPanel } from './panel';
import { fileRows, sortedEntries, split } from './view';

test('a file opens in the editor, with what the daemon says of it', async () => {
  const { workbench } = renderInRun(<FilesPanel host="lb2" />);
  await userEvent.click(screen.getByRole('button', { name: /keepalived\.conf.*not reloaded/ }));
  expect(workbench.getState().file).toMatchObject({ path: '/etc/keepalived/keepalived.conf' });
  expect(
    await screen.findByRole('textbox', { name: '/etc/keepalived/keepalived.conf on lb2' }, { timeout: 5000 }),
  ).toBeInTheDocument();
  expect(await screen.findByText(/number '512' outside range/)).toBeInTheDocument();
  expect(screen.getByText('not reloaded')).toBeInTheDocument();
});

test('a draft can be saved, and the checker be asked', async () => {
  const file = { host: 'lb2', path: '/etc/haproxy/haproxy.cfg' };
  const { sent, workbench } = renderInRun(<FilesPanel host="lb2" />, {
    workbench: { file, drafts: { 'lb2:/etc/haproxy/haproxy.cfg': 'global\n' } },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Check' }, { timeout: 5000 }));
  expect(await screen.findByText('exit 0')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'file-save', ...file, text: 'global\n' }));
  await waitFor(() => expect(workbench.getState().drafts).toEqual({}));
});

test('saving leaves the caret where it was, and never shows the old text again', async () => {
  const file = { host: 'lb2', path: '/etc/haproxy/haproxy.cfg' };
  renderInRun(<FilesPanel host="lb2" />, { workbench: { file } });
  const box = await screen.findByRole(
    'textbox',
    { name: '/etc/haproxy/haproxy.cfg on lb2' },
    { timeout: 5000 },
  );
  const view = EditorView.findFromDOM(box);
  if (view === null) throw new Error('no editor');
  const end = view.state.doc.length;
  view.dispatch({ changes: { from: end, insert: '# mine\n' }, selection: { anchor: end + 3 } });
  const changed = vi.spyOn(view, 'dispatch');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByRole('button', { name: 'Save' });
  await waitFor(() => expect(screen.queryByText('not saved')).toBeNull());
  expect(view.state.doc.toString()).toMatch(/# mine\n$/);
  expect(view.state.selection.main.head).toBe(end + 3);
  expect(changed.mock.calls.filter(([spec]) => 'changes' in (spec as object))).toEqual([]);
});

test('the whole disk can be walked', async () => {
  renderInRun(<FilesPanel host="lb2" />);
  await userEvent.click(screen.getByRole('button', { name: 'Browse the whole disk' }));
  expect(await screen.findByRole('button', { name: 'haproxy/' })).toHaveAttribute('aria-expanded', 'false');
});

test('rows and entries', () => {
  expect(split('/etc/hosts')).toEqual({ name: 'hosts', folder: '/etc' });
  expect(split('/fstab')).toEqual({ name: 'fstab', folder: '/' });
  expect(fileRows([{ path: '/etc/a', language: '', state: 'plain', text: '' }])[0]).toMatchObject({
    name: 'a',
    word: '',
    tone: 'neutral',
  });
  const file = (path: string, state: 'plain' | 'running' | 'invalid') => ({
    path,
    state,
    language: '',
    text: '',
  });
  expect(
    fileRows([
      file('/etc/hosts', 'plain'),
      file('/etc/shop.conf', 'running'),
      file('/etc/x.cfg', 'invalid'),
    ]).map(({ name }) => name),
  ).toEqual(['shop.conf', 'x.cfg', 'hosts']);
  const entry = (name: string, kind: 'file' | 'directory') => ({
    name,
    path: name,
    kind,
    size: 0,
    mode: '',
    owner: '',
    changed: false,
  });
  expect(
    sortedEntries([entry('b', 'file'), entry('a', 'file'), entry('z', 'directory')]).map(({ name }) => name),
  ).toEqual(['z', 'a', 'b']);
});
