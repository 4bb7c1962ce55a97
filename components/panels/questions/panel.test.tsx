import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { BRIEF } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { QuestionsPanel } from './panel';

test('an answer is sent when it is chosen', async () => {
  const questions = [
    {
      id: 'why',
      text: 'Why did nothing listen?',
      choices: [
        { id: 'bind', text: 'It could not bind' },
        { id: 'off', text: 'It was switched off' },
      ],
    },
  ];
  const { sent } = renderInRun(<QuestionsPanel />, { run: { brief: { ...BRIEF, questions } } });
  await userEvent.click(screen.getByRole('radio', { name: 'It could not bind' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'answer', question: 'why', choice: 'bind' }));
});

test('a scenario that asks nothing shows nothing', () => {
  const { container } = renderInRun(<QuestionsPanel />);
  expect(container).toBeEmptyDOMElement();
});
