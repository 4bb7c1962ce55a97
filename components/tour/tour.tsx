'use client';

import { Dialog } from 'radix-ui';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Button } from '@/components/ui/button';
import { type RunHandles, useHandles } from '@/components/workbench/run-context';
import { type Box, framed, placeCard, unionOf } from '@/lib/views/place-card';
import { TOUR, type TourStep } from './steps';

/** Beside each part of the screen in turn a card that says what it is for. Time stands still meanwhile. */
export function Tour() {
  const handles = useHandles();
  const [index, setIndex] = useState(0);
  const step = TOUR[index] ?? TOUR[0];
  const close = () => handles.workbench.setState({ overlay: undefined });
  useStandstill(handles);
  const restoreFocus = useOpener();
  if (step === undefined) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    setIndex(Math.max(0, Math.min(TOUR.length - 1, index + by)));
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Placed step={step} handles={handles} onKeyDown={onKeyDown} onCloseAutoFocus={restoreFocus}>
          <p className="font-mono text-2xs text-faint">
            Tour · {index + 1} of {TOUR.length}
          </p>
          <div aria-live="polite">
            <Dialog.Title className="mb-1 text-base font-semibold">{step.title}</Dialog.Title>
            <Dialog.Description asChild>
              <div className="prose-text text-sm">{step.text(handles.client.store.getState())}</div>
            </Dialog.Description>
          </div>
          <Buttons index={index} onMove={setIndex} onClose={close} />
        </Placed>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Buttons({
  index,
  onMove,
  onClose,
}: {
  index: number;
  onMove(index: number): void;
  onClose(): void;
}) {
  const last = index === TOUR.length - 1;
  return (
    <div className="mt-3 flex items-center gap-2">
      {!last && (
        <Button look="quiet" className="-ml-2" onClick={onClose}>
          Close
        </Button>
      )}
      {/* Not `disabled`: the focus would be lost on it. */}
      <Button
        className="ml-auto aria-disabled:opacity-50"
        aria-disabled={index === 0}
        onClick={() => onMove(Math.max(0, index - 1))}
      >
        Back
      </Button>
      <Button look="primary" data-tour-next onClick={() => (last ? onClose() : onMove(index + 1))}>
        {last ? 'Begin' : 'Next'}
      </Button>
    </div>
  );
}

interface PlacedProps {
  step: TourStep;
  handles: RunHandles;
  onKeyDown(event: KeyboardEvent): void;
  onCloseAutoFocus(event: Event): void;
  children: ReactNode;
}

/** The card beside the part, and the ring around the part. */
function Placed({ step, handles, onKeyDown, onCloseAutoFocus, children }: PlacedProps) {
  const card = useRef<HTMLDivElement>(null);
  useView(step, handles);
  const { target, place } = usePlace(step.target, card);
  return (
    <>
      <div
        data-tour-ring={step.target}
        aria-hidden="true"
        className="pointer-events-none fixed z-50 rounded-md shadow-[0_0_0_200vmax_#0007] outline-2 -outline-offset-2 outline-selected motion-safe:transition-all motion-safe:duration-200"
        style={target ?? { left: '50%', top: '50%', width: 0, height: 0 }}
      />
      <Dialog.Content
        ref={card}
        onKeyDown={onKeyDown}
        onCloseAutoFocus={onCloseAutoFocus}
        onOpenAutoFocus={(event) => {
          event.preventDefault();
          card.current?.querySelector<HTMLElement>('[data-tour-next]')?.focus();
        }}
        onPointerDownOutside={(event) => event.preventDefault()}
        onInteractOutside={(event) => event.preventDefault()}
        className="fixed z-50 max-h-[calc(100dvh-12px)] w-[300px] max-w-[calc(100vw-12px)] overflow-auto rounded-xl border border-line-strong bg-ink-1 px-4 py-3.5 shadow-2xl"
        style={place}
      >
        {children}
      </Dialog.Content>
    </>
  );
}

/** Measured on every picture while the tour is open: panels come late, and windows change. */
function usePlace(target: TourStep['target'], card: RefObject<HTMLDivElement | null>) {
  const [measured, setMeasured] = useState<{ target: Box | undefined; place: { left: number; top: number } }>(
    { target: undefined, place: { left: 0, top: 0 } },
  );
  useLayoutEffect(() => {
    let picture = 0;
    let said = '';
    const measure = () => {
      picture = requestAnimationFrame(measure);
      const parts = [...document.querySelectorAll(`[data-tour="${target}"]`)];
      const box = unionOf(parts.map((part) => boxOf(part)));
      const { offsetWidth: width = 0, offsetHeight: height = 0 } = card.current ?? {};
      const room = { width: window.innerWidth, height: window.innerHeight };
      const ring = box === undefined ? undefined : framed(box, room);
      const place = placeCard(ring, { width, height }, room);
      const now = JSON.stringify([ring, place]);
      if (now !== said) setMeasured({ target: ring, place });
      said = now;
    };
    measure();
    return () => cancelAnimationFrame(picture);
  }, [target, card]);
  return measured;
}
function boxOf(part: Element): Box {
  const { left, top, width, height } = part.getBoundingClientRect();
  return { left, top, width, height };
}

/** Brings the part into sight; afterwards the workbench stands as before. */
function useView(step: TourStep, { client, workbench }: RunHandles): void {
  useLayoutEffect(() => {
    const { area, outline, dockTab, host, inspectorTab, file } = workbench.getState();
    workbench.setState(step.view(client.store.getState()));
    return () => workbench.setState({ area, outline, dockTab, host, inspectorTab, file });
  }, [step, client, workbench]);
}

function useStandstill({ client }: RunHandles): void {
  useEffect(() => {
    if (!client.store.getState().time.playing) return undefined;
    client.send({ type: 'transport', action: { kind: 'pause' } });
    return () => client.send({ type: 'transport', action: { kind: 'play' } });
  }, [client]);
}

/** Where the focus goes at the end: back to what had it, else into the terminal. */
function useOpener(): (event: Event) => void {
  const [opener] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) opener.focus();
    else document.querySelector<HTMLElement>('[data-terminal-shown="true"] textarea')?.focus();
  };
}
