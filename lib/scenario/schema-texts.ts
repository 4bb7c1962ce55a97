/** The shape of texts.cs.yaml: what of scenario.yaml a learner reads, in another language. */
import { z } from 'zod';
import { identifier, sentence } from './schema-values';

const goal = z.strictObject({ title: sentence, detail: sentence.optional(), why: sentence });
const question = z.strictObject({
  text: sentence,
  choices: z.record(identifier, z.strictObject({ text: sentence, why: sentence })),
  evidence: z.array(sentence),
});
export const textsSchema = z.strictObject({
  title: sentence,
  summary: sentence,
  teaches: z.array(sentence),
  needs: z.array(sentence).default([]),
  /** Who speaks: `team lead: vedoucí týmu`. Names of people need none. */
  senders: z.record(z.string(), sentence).default({}),
  /** What is said on the timeline, by event. */
  says: z.record(identifier, sentence).default({}),
  pager: z.record(identifier, sentence).default({}),
  /** Objectives, guards and tomorrow, by id. */
  objectives: z.record(identifier, goal),
  /** In the order of scenario.yaml. With `if` where the hint there has one. */
  hints: z.array(z.union([sentence, z.strictObject({ text: sentence })])).default([]),
  diagnosis: z.record(identifier, question).default({}),
  mechanism: sentence.optional(),
});
export type Texts = z.infer<typeof textsSchema>;
