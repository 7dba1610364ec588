/** A masked value in clear for a few seconds: asked for with a reason, kept nowhere but on the screen (ORG-8). */
import { Eye } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, api } from "@/api/client";
import { AskDialog } from "@/kit/ask-dialog";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useFormat } from "../fields/use-format";
import type { FieldMeta } from "../model/meta";
import styles from "./reveal.module.css";

type Revealed = { field: string; value: string | null; seconds: number; left: number };
type Target = { object: string; id: string; field: FieldMeta };
/** `children` is the masked value, in whose place the clear one stands for a while. */
type RevealProps = Target & { children: ReactNode };

export function Reveal({ object, id, field, children }: RevealProps) {
  const { t } = useFormat();
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Revealed | null>(null);
  if (shown) return <Shown value={shown} onEnd={() => setShown(null)} />;
  return (
    <>
      {children}
      <button
        type="button"
        className={styles.button}
        onClick={() => setAsking(true)}
        aria-label={t("reveal.of", { label: field.label })}
        title={t("reveal.button")}
      >
        <Eye size={15} aria-hidden />
      </button>
      {asking ? (
        <Ask
          object={object}
          id={id}
          field={field}
          onClose={() => setAsking(false)}
          onShown={(value) => {
            setAsking(false);
            setShown(value);
          }}
        />
      ) : null}
    </>
  );
}

function Shown({ value, onEnd }: { value: Revealed; onEnd: () => void }) {
  const { t } = useFormat();
  const [left, setLeft] = useState(value.seconds);
  useEffect(() => {
    if (left <= 0) return onEnd();
    const timer = window.setTimeout(() => setLeft(left - 1), 1000);
    return () => window.clearTimeout(timer);
  }, [left, onEnd]);
  return (
    <span className={styles.shown}>
      <strong role="status">{value.value || t("reveal.blank")}</strong>
      <button type="button" className={styles.hide} onClick={onEnd}>
        {t("reveal.hide", { seconds: left })}
      </button>
    </span>
  );
}

type AskProps = Target & { onClose: () => void; onShown: (value: Revealed) => void };

function Ask({ object, id, field, onClose, onShown }: AskProps) {
  const { t } = useFormat();
  const errorText = useErrorText();
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      onShown((await api.post<Revealed>(`/${object}/${id}/reveal`, { field: field.name, reason })).data);
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
      setBusy(false);
    }
  }

  return (
    <AskDialog
      title={t("reveal.title", { label: field.label })}
      submit={t("reveal.button")}
      ready={Boolean(reason.trim())}
      busy={busy}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        label={t("reveal.reason")}
        hint={t("reveal.hint")}
        error={problem}
        value={reason}
        maxLength={200}
        autoComplete="off"
        onValue={setReason}
      />
    </AskDialog>
  );
}
