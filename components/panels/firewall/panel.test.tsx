import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { FirewallPanel } from './panel';
import { chainViews } from './view';

test('rules stand with their counters, an empty chain with its policy', () => {
  renderInRun(<FirewallPanel host="lb2" />);
  const input = screen.getByRole('region', { name: 'Chain inet filter input' });
  expect(within(input).getByText('policy drop')).toBeInTheDocument();
  expect(
    within(input).getByRole('row', { name: /4 ct state established,related accept 18,244 2.6 MB/ }),
  ).toBeInTheDocument();
  expect(screen.getByRole('region', { name: 'Chain inet filter forward' })).toHaveTextContent(
    'No rules: the policy decides.',
  );
});

test('no rules at all means that everything passes', () => {
  renderInRun(<FirewallPanel host="lb2" />, { run: { detail: { id: 'lb2', firewall: [] } } });
  expect(screen.getByText(/every packet passes/)).toBeInTheDocument();
});

test('chains stand in the order a packet meets them; own chains last', () => {
  const chain = (hook: string) => ({
    table: 't',
    chain: hook === '' ? 'own' : hook,
    hook,
    policy: 'accept',
    rules: [],
  });
  expect(chainViews(['output', '', 'input', 'prerouting'].map(chain)).map(({ title }) => title)).toEqual([
    't prerouting',
    't input',
    't output',
    't own',
  ]);
});
