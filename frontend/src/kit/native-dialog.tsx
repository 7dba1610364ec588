import { type ReactNode, useEffect, useRef } from "react";

type NativeDialogProps = {
  label: string;
  className?: string | undefined;
  onClose: () => void;
  children: ReactNode;
};

/** The browser's own modal dialog: focus stays inside, Escape closes, focus returns. Not for antd pickers, whose popups open below it. */
export function NativeDialog({ label, className, onClose, children }: NativeDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    // The first thing the browser would focus may be a wrapper; a dialog opened to type in starts in its field.
    element.querySelector<HTMLElement>("input")?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target === element) latest.current();
    };
    element.addEventListener("pointerdown", outside);
    return () => {
      element.removeEventListener("pointerdown", outside);
      element.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={className}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {children}
    </dialog>
  );
}
