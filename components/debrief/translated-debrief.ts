/** The debrief in the reader's language: what the scenario says of it; not what was typed, nor the files. */
import type { Debrief, ObjectiveView } from '@/lib/session/messages';

export function translatedDebrief(debrief: Debrief, say: (text: string) => string): Debrief {
  const goal = (view: ObjectiveView): ObjectiveView => ({
    ...view,
    title: say(view.title),
    detail: say(view.detail),
    ...(view.why === undefined ? {} : { why: say(view.why) }),
  });
  return {
    ...debrief,
    title: say(debrief.title),
    verdict: say(debrief.verdict),
    marks: debrief.marks.map((mark) => ({ ...mark, text: say(mark.text) })),
    outages: debrief.outages.map((outage) => ({ ...outage, cause: say(outage.cause) })),
    objectives: debrief.objectives.map(goal),
    guards: debrief.guards.map(goal),
    chains: debrief.chains.map((chain) => ({
      ...chain,
      links: chain.links.map((link) => ({ ...link, text: say(link.text) })),
    })),
    ...(debrief.diagnosis === undefined
      ? {}
      : {
          diagnosis: debrief.diagnosis.map((answered) => ({
            ...answered,
            question: say(answered.question),
            chosen: say(answered.chosen),
            why: say(answered.why),
            answer: say(answered.answer),
            evidence: answered.evidence.map(say),
          })),
        }),
    ...(debrief.mechanism === undefined ? {} : { mechanism: say(debrief.mechanism) }),
  };
}
