import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { BriefPanel } from './panel';

test('the brief stands there as text, not as Markdown', async () => {
  renderInRun(<BriefPanel />);
  expect(await screen.findByText('next')).toHaveProperty('tagName', 'STRONG');
  expect(screen.getByText('ssh lb2')).toHaveProperty('tagName', 'CODE');
});

test('without a run there is nothing', () => {
  const { container } = renderInRun(<BriefPanel />, { run: { brief: undefined } });
  expect(container).toBeEmptyDOMElement();
});
