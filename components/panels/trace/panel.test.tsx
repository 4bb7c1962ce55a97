import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { traceOf } from '@/tests/fixtures/ui/fake-files';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { TracePanel } from './panel';
import { traceTitle } from './view';

test('the deciding line opens the file there, the deciding rule the firewall', async () => {
  const { workbench } = renderInRun(<TracePanel />, {
    workbench: { trace: 18204 },
    run: { trace: traceOf(18204) },
  });
  expect(screen.getByText('503 SC--')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'haproxy.cfg:17' }));
  expect(workbench.getState()).toMatchObject({
    host: 'lb2',
    inspectorTab: 'files',
    file: { path: '/etc/haproxy/haproxy.cfg', line: 17 },
  });
  await userEvent.click(screen.getByRole('button', { name: /ip daddr/ }));
  expect(workbench.getState()).toMatchObject({ host: 'fw', inspectorTab: 'firewall' });
});

test('the request is stepped through, forward and back, with the packet before and after', async () => {
  const { workbench } = renderInRun(<TracePanel />, {
    workbench: { trace: 18204 },
    run: { trace: traceOf(18204) },
  });
  // It opens at the step that went wrong, where a program holds the request.
  expect(screen.getByText('5 of 6')).toBeInTheDocument();
  expect(screen.getByText(/a program on app3 holds the request/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Step 2, +0.4 ms' }));
  expect(screen.getByRole('row', { name: /TTL 64 63/ })).toHaveAttribute('data-changed', 'true');
  expect(screen.getByRole('row', { name: /source 203.0.113.9\s*before and after/ })).toBeInTheDocument();
  expect(screen.getByRole('status')).toHaveTextContent(
    'fw forward · rule 4 · tcp dport 80, accept; TTL 64 to 63',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Step back' }));
  expect(workbench.getState().step).toBe(0);
  expect(screen.getByRole('button', { name: 'Step back' })).toBeDisabled();
  screen.getByRole('group', { name: 'Hops' }).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
  expect(workbench.getState().step).toBe(1);
  await userEvent.keyboard('{End}');
  expect(screen.getByRole('button', { name: 'Step on' })).toBeDisabled();
});

test('a trace that is not there yet is said to be looked for', async () => {
  const { workbench } = renderInRun(<TracePanel />, { workbench: { trace: 5 }, run: { trace: traceOf(4) } });
  expect(screen.getByText(/Looking for its trace/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Close the trace' }));
  expect(workbench.getState().trace).toBeUndefined();
});

test('the title sums up', () => {
  expect(traceTitle(traceOf(1))).toBe('GET http://shop.example.com/ · refused · 3.0 s');
});
