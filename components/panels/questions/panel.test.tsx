import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { BRIEF } from '@/tests/fixtures/ui/fake-story';
import { renderInRun } from '@/tests/fixtures/ui/render-run';
import { QuestionsPanel } from './panel';

const question = {
  id: 'why',
  text: 'Why did nothing listen?',
  choices: [
    { id: 'bind', text: 'It could not bind' },
    { id: 'off', text: 'It was switched off' },
    { id: 'late', text: 'It was late' },
  ],
};

test('an answer is sent when it is meant, not when it is only marked', async () => {
  const { sent } = renderInRun(<QuestionsPanel />, { run: { brief: { ...BRIEF, questions: [question] } } });
  expect(screen.getByRole('button', { name: 'Answer' })).toBeDisabled();
  await userEvent.click(screen.getByRole('radio', { name: 'It was switched off' }));
  await userEvent.click(screen.getByRole('radio', { name: 'It could not bind' }));
  expect(sent.filter(({ type }) => type === 'answer')).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Answer' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'answer', question: 'why', choice: 'bind' }));
});

test('where several are right, all marked ones are sent together', async () => {
  const questions = [{ ...question, several: true }];
  const { sent } = renderInRun(<QuestionsPanel />, { run: { brief: { ...BRIEF, questions } } });
  for (const name of ['It was late', 'It was switched off', 'It could not bind', 'It was late'])
    await userEvent.click(screen.getByRole('checkbox', { name }));
  await userEvent.click(screen.getByRole('button', { name: 'Answer' }));
  expect(sent).toContainEqual(expect.objectContaining({ type: 'answer', choice: 'off,bind' }));
});

test('what was answered stands there with why, and cannot be changed', async () => {
  const answers = [{ question: 'why', chosen: ['off'], right: false, why: 'It was on.' }];
  renderInRun(<QuestionsPanel />, { run: { brief: { ...BRIEF, questions: [question] }, answers } });
  expect(screen.getByRole('radio', { name: 'It was switched off' })).toBeChecked();
  expect(screen.getByRole('radio', { name: 'It could not bind' })).toBeDisabled();
  expect(screen.queryByRole('button', { name: 'Answer' })).toBeNull();
  expect(screen.getByRole('status')).toHaveTextContent('Not right.');
  expect(await screen.findByText('It was on.')).toBeInTheDocument();
});

test('a scenario that asks nothing shows nothing', () => {
  const { container } = renderInRun(<QuestionsPanel />);
  expect(container).toBeEmptyDOMElement();
});
