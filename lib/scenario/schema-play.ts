/** What happens, what must hold, and how it is played: events, objectives, hints, questions, steps. */
import { z } from 'zod';
import { absolutePath, duration, identifier, sentence } from './schema-values';

/** A fault kind and its parameters (lib/faults), checked by the loader. */
export const fault = z.looseObject({ kind: z.string() }).meta({ id: 'fault' });
/** An objective kind and its parameters (lib/objectives), used as a condition. */
export const condition = z.looseObject({ kind: z.string() }).meta({ id: 'condition' });
/** An objective kind and its parameters, with what the learner reads of it. */
export const objective = z
  .looseObject({
    id: identifier,
    kind: z.string(),
    title: sentence,
    detail: z.string().default(''),
    why: sentence,
    /** It counts only from this event or objective on: a stage. */
    after: identifier.optional(),
  })
  .meta({ id: 'objective' });

export const event = z.strictObject({
  id: identifier,
  at: duration.optional(),
  after: z
    .strictObject({
      objective: identifier.optional(),
      event: identifier.optional(),
      delay: duration.default('0s'),
    })
    .optional(),
  when: condition.optional(),
  fault: fault.optional(),
  faults: z.array(fault).default([]),
  /** Not listed among the events before the run is over. */
  hidden: z.boolean().default(false),
  say: z
    .strictObject({
      from: z.string(),
      text: sentence,
      kind: z.enum(['page', 'chat', 'resolved', 'info', 'drill']).default('chat'),
    })
    .optional(),
});

export const hint = z.strictObject({
  text: sentence,
  /** Hosts to point at. */
  highlight: z.array(identifier).default([]),
  /** Shown without being asked for, this long after the beginning. */
  after: duration.optional(),
  /** Shown without being asked for, once this holds. */
  when: condition.optional(),
  /** Shown without being asked for, once a typed line contains this: a wrong turn. */
  'when-typed': sentence.optional(),
});

export const question = z.strictObject({
  id: identifier,
  text: sentence,
  /** Several choices may be right: all of them, and no other, must be named. */
  several: z.boolean().default(false),
  points: z.number().int().min(0).max(50).default(10),
  choices: z
    .array(
      z.strictObject({
        id: identifier,
        text: sentence,
        right: z.boolean().default(false),
        /** Why it is right or wrong. */
        why: sentence,
      }),
    )
    .min(2, 'a question needs at least two choices'),
  /** What could be seen that supports the right answer. */
  evidence: z.array(sentence).min(1, 'name at least one thing that could be seen'),
});

const ACTIONS = ['wait', 'wait-for', 'run', 'type', 'save', 'key', 'answer', 'acknowledge'] as const;
export const step = z
  .strictObject({
    wait: duration.optional(),
    /** Until this event has happened or this objective is met. */
    'wait-for': identifier.optional(),
    'at-most': duration.optional(),
    /** A line at the prompt, and until the prompt is back. */
    run: sentence.optional(),
    /** run: through ssh on this host. save: the host of the file. */
    on: identifier.optional(),
    /** A line to whatever reads it: no prompt is waited for. */
    type: z.string().optional(),
    save: absolutePath.optional(),
    text: z.string().optional(),
    key: z.enum(['interrupt', 'end-of-file', 'suspend', 'quit']).optional(),
    answer: z.strictObject({ question: identifier, choice: z.string() }).optional(),
    acknowledge: z.literal(true).optional(),
    /** The terminal it is typed into; each new name opens one more. */
    terminal: z
      .string()
      .regex(/^t[1-9]$/, 'expected t1 to t9')
      .optional(),
    /** The run is won without this step too. */
    optional: z.boolean().default(false),
  })
  .superRefine((value, context) => {
    const given = ACTIONS.filter((name) => value[name] !== undefined);
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (given.length !== 1)
      complain(
        `a step has one of ${ACTIONS.join(', ')}; this has ${given.length === 0 ? 'none' : given.join(' and ')}`,
      );
    if (value.save !== undefined && (value.on === undefined || value.text === undefined))
      complain('save needs `on: HOST` and `text`');
    if (value['wait-for'] !== undefined && value['at-most'] === undefined)
      complain('wait-for needs `at-most: DURATION`');
  });
export const play = z.strictObject({ id: identifier, title: sentence, steps: z.array(step) });
