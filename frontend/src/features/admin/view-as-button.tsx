import { Button } from "antd";
import { Eye } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useMe } from "@/access/me";
import { ApiError, api } from "@/api/client";
import type { Me, Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { TextField } from "@/kit/field";
import { NativeDialog } from "@/kit/native-dialog";
import { useErrorText } from "@/kit/states";
import styles from "./explain.module.css";

const PATIENCE = 4;

/** A process may remember for a second who was calling; the page opens once the server answers as the other person. */
async function untilSeen(): Promise<void> {
  for (let n = 0; n < PATIENCE; n += 1) {
    await new Promise((done) => window.setTimeout(done, 400));
    if ((await api.get<Me>("/me")).data.viewing) return;
  }
}

/** Begins to look at the system as this person, read-only, with a reason (PLT-16). */
export function ViewAsButton({ user }: { user: Ref }) {
  const t = useT("admin");
  const me = useMe();
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (user.id === me.id) return null;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api.post("/view-as", { user: user.id, reason });
      await untilSeen();
      // A fresh page: nothing read as oneself is left in it.
      window.location.assign("/");
    } catch (error) {
      const first = error instanceof ApiError ? error.errors[0]?.message : null;
      setProblem(first ?? errorText(error));
      setBusy(false);
    }
  }

  return (
    <>
      <Button icon={<Eye size={15} aria-hidden />} onClick={() => setOpen(true)}>
        {t("viewAs.button")}
      </Button>
      {open ? (
        <NativeDialog label={t("viewAs.button")} className={styles.dialog} onClose={() => setOpen(false)}>
          <form onSubmit={(event) => void submit(event)}>
            <h2>{t("viewAs.title", { name: user.label ?? "" })}</h2>
            <p>{t("viewAs.text")}</p>
            <TextField
              label={t("viewAs.reason")}
              error={problem}
              value={reason}
              maxLength={200}
              autoComplete="off"
              onValue={setReason}
            />
            <div className={styles.buttons}>
              <Button onClick={() => setOpen(false)}>{t("discard")}</Button>
              <Button type="primary" htmlType="submit" loading={busy} disabled={!reason.trim()}>
                {t("viewAs.start")}
              </Button>
            </div>
          </form>
        </NativeDialog>
      ) : null}
    </>
  );
}
