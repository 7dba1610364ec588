import { Save } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ApiError } from "@/api/client";
import { useIsPhone } from "@/kit/use-is-phone";
import { useMessage } from "@/kit/use-message";
import { useViewWrites } from "../data/views";
import { useFormat } from "../fields/use-format";
import type { ObjectMeta, ViewMeta } from "../model/meta";
import { differsFromView, shapeOf } from "../model/saved-view";
import type { ListState } from "../model/view-state";
import type { Shown } from "./use-list-state";
import styles from "./views.module.css";

const ViewDialog = lazy(async () => ({ default: (await import("./view-dialog")).ViewDialog }));

type SaveViewProps = {
  meta: ObjectMeta;
  state: ListState;
  shown: Shown;
  onSaved: (view: ViewMeta) => void;
};

/** There only after the list was changed: keeps it under a new name, or in the view it came from where that is one's own. */
export function SaveView({ meta, state, shown, onSaved }: SaveViewProps) {
  const { t } = useFormat();
  const phone = useIsPhone();
  const message = useMessage();
  const writes = useViewWrites(meta.name);
  const [naming, setNaming] = useState(false);
  const [busy, setBusy] = useState(false);
  const { view } = shown;
  if (state.deleted || !(naming || differsFromView(meta, view, state))) return null;
  const shape = () => shapeOf(meta, view, state.filter, shown);
  const own = view?.can_change && Object.keys(view.left_out ?? {}).length === 0 ? view : null;

  async function update(mine: ViewMeta) {
    setBusy(true);
    try {
      onSaved(await writes.change(mine.key, shape(), mine.version));
      message.success(t("view.updated", { name: mine.label }));
    } catch (error) {
      // Somebody else saved meanwhile: what is on the server is fetched, and this one can still be kept under another name.
      if (error instanceof ApiError && error.status === 412) await writes.reread();
      message.error(error instanceof ApiError && error.status === 412 ? t("view.changed_meanwhile") : error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className={styles.save}>
      {own ? (
        <button
          type="button"
          className={`${styles.keep} ${styles.strong}`}
          disabled={busy}
          onClick={() => void update(own)}
        >
          <Save size={14} aria-hidden />
          {t("view.update")}
        </button>
      ) : null}
      <button type="button" className={styles.keep} aria-haspopup="dialog" onClick={() => setNaming(true)}>
        {own ? null : <Save size={14} aria-hidden />}
        {t(own || phone ? "view.save_as_short" : "view.save_as")}
      </button>
      {naming ? (
        <Suspense fallback={null}>
          <ViewDialog
            title={t("view.save_as")}
            name=""
            shared={null}
            run={async (values) => {
              const saved = await writes.create({ ...shape(), ...values });
              onSaved(saved);
              message.success(t("view.saved", { name: saved.label }));
            }}
            onClose={() => setNaming(false)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}
