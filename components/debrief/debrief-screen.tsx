'use client';
export function DebriefScreen() {
  return <p>debrief</p>;
}
