import { Button, type ButtonProps } from "antd";
import { useEffect, useState } from "react";
import { useT } from "@/i18n/index";

type ConfirmButtonProps = Omit<ButtonProps, "onClick"> & {
  onConfirm: () => void | Promise<void>;
  /** What the button says while it waits for the second click. */
  question?: string;
};

/** Asks in its own place: the first click arms it, the second acts; it disarms by itself. No dialog on a dialog. */
export function ConfirmButton({ onConfirm, question, children, ...rest }: ConfirmButtonProps) {
  const t = useT();
  const [armed, setArmed] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!armed) return;
    const timer = window.setTimeout(() => setArmed(false), 4000);
    return () => window.clearTimeout(timer);
  }, [armed]);

  async function click() {
    if (!armed) return setArmed(true);
    setArmed(false);
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button
      {...rest}
      danger={rest.danger || armed}
      {...(armed ? { type: "primary" as const } : {})}
      loading={busy}
      onClick={() => void click()}
      onBlur={() => setArmed(false)}
      onKeyDown={(event) => event.key === "Escape" && setArmed(false)}
    >
      {armed ? (question ?? t("confirmAgain")) : children}
    </Button>
  );
}
