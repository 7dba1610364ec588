/** Whether somebody sits before the page: what it asks of itself meanwhile must not keep a session from idling out (S-7). */

/** A page is looked after for so long after a key, a touch or the wheel: shorter than any idle time, longer than reading on. */
const ATTENDED_MS = 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"] as const;

let touchedAt = Date.now();

for (const sign of SIGNS) {
  window.addEventListener(
    sign,
    () => {
      touchedAt = Date.now();
    },
    { capture: true, passive: true },
  );
}

export function isAttended(): boolean {
  return Date.now() - touchedAt < ATTENDED_MS;
}
