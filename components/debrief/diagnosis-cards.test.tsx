import { render, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { debriefOf } from '@/tests/fixtures/ui/fake-debrief';
import { DiagnosisCard, MechanismCard } from './diagnosis-cards';

const ANSWERED = {
  question: 'Why?',
  chosen: 'The network',
  right: false,
  why: 'Nothing was lost there.',
  answer: 'The disk · The log',
  evidence: ['`df` says 100 %', 'the log'],
  points: 0,
  of: 10,
};

test('a wrong answer stands there with why, the right one, and what could be seen', async () => {
  render(<DiagnosisCard debrief={{ ...debriefOf(), diagnosis: [ANSWERED] }} />);
  const card = screen.getByRole('region', { name: 'What you said was the cause' });
  expect(card).toHaveTextContent('not right · 0 of 10');
  expect(card).toHaveTextContent('It was: The disk · The log');
  expect(await within(card).findByText('Nothing was lost there.')).toBeInTheDocument();
  expect(await within(card).findByText('df')).toHaveProperty('tagName', 'CODE');
});

test('a question that was not answered is no wrong answer', () => {
  render(<DiagnosisCard debrief={{ ...debriefOf(), diagnosis: [{ ...ANSWERED, chosen: '', why: '' }] }} />);
  expect(screen.getByRole('region')).toHaveTextContent('not answered · 0 of 10');
  expect(screen.queryByText(/You said/)).toBeNull();
});

test('the mechanism names its sources, linked where they have an address', async () => {
  const sources = [{ title: 'ss(8)' }, { title: 'RFC 9293', url: 'https://www.rfc-editor.org/rfc/rfc9293' }];
  render(<MechanismCard debrief={{ ...debriefOf(), mechanism: 'A port is **one** number.', sources }} />);
  expect(await screen.findByText('one')).toHaveProperty('tagName', 'STRONG');
  expect(screen.getByRole('link', { name: 'RFC 9293' })).toHaveAttribute('href', sources[1]?.url);
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
});
